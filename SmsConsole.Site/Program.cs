namespace SmsConsole.SiteServer;

internal static class SiteProgram
{
    private static int Main() => 0;
}
