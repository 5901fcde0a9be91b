namespace SmsConsole.Web.Hosting;

internal static class Usage
{
    public const string Text = """
        SmsConsole: the console of a primary site, its HTTP API, and (unless Engine:Enabled=false) its engine.

        Settings come from appsettings.json, the environment (Section__Key) and arguments (--Section:Key=value); the last wins.

          --Urls=http://localhost:5080         where the console listens
          "--Proxies=10.0.0.5;10.1.0.0/24"     proxies in front of it, whose X-Forwarded-For and -Proto are believed
          --DataDirectory=data                 database, keys, the primary's SMS root
          --Site:Code=P01 --Site:Name=...      the primary that the first start creates
          --Database:Provider=Sqlite           or SqlServer, with --ConnectionStrings:SiteControl=...
          --Database:MaxBatchSize= --Database:CommandTimeout=
          --Engine:Enabled=true                false: console only
          --Setup:Administrator= --Setup:Password=   unattended first administrator

        Exit codes: 0 done, 1 failed, 2 wrong settings.
        """;
}
