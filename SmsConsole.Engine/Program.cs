using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SmsConsole.Engine;

/// <summary>The engine without a console: for a primary whose console runs elsewhere with Engine:Enabled=false.</summary>
internal static class EngineProgram
{
    private const string Usage =
        """
        SmsConsole.Engine: the engine of a primary site without its console.

        Settings are those of the console: appsettings.json, the environment (Section__Key) and arguments (--Section:Key=value);
        the last wins.

          --DataDirectory=data                 database, keys, the primary's SMS root
          --Site:Code=P01 --Site:Name=...      the primary that the first start creates
          --Database:Provider=Sqlite           or SqlServer, with --ConnectionStrings:SiteControl=...

        A second engine on the same database waits until the first has ended.
        Exit codes: 0 done, 1 failed, 2 wrong settings.
        """;

    private static async Task<int> Main(string[] args)
    {
        if (args is ["--help"] or ["-h"] or ["-?"])
        {
            Console.WriteLine(Usage);
            return 0;
        }

        var settings = SmsConsoleSettings.Load(AppContext.BaseDirectory, args);
        if (settings.Options is not { } options)
        {
            return SmsConsoleSettings.Report(settings.Errors, Console.Error);
        }

        try
        {
            // Here the engine is what was asked for, whatever the console's setting says.
            using var host = Create(options with { Engine = new EngineSettings(Enabled: true) }, args);
            await host.RunAsync();
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or System.Data.Common.DbException)
        {
            await Console.Error.WriteLineAsync($"The engine cannot run: {e.Message}");
            return 1;
        }
    }

    internal static IHost Create(SmsConsoleOptions options, string[] args)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        SmsConsoleSettings.AddSources(builder.Configuration, SmsConsoleSettings.FindRoot(AppContext.BaseDirectory), args);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.AddSingleton(options);
        builder.Services.AddSmsKeyRing(options);
        builder.Services.AddSmsEngine(options);
        return builder.Build();
    }
}
