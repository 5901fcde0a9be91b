namespace SmsConsole.Engine;

internal static class EngineProgram
{
    private static int Main() => 0;
}
