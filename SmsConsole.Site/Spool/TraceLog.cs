using System.Globalization;

namespace SmsConsole.SiteServer.Spool;

/// <summary>Severity of a line of a trace log and of a status message.</summary>
public enum TraceLevel
{
    Information,
    Warning,
    Error,
}

/// <summary>
/// A component's trace log, <c>LOGS/&lt;component&gt;.log</c>: one line per event, UTC, so that lines of several sites can be merged.
/// Writing never fails the work it tells of.
/// </summary>
public sealed class TraceLog(IDisk disk, string file, string siteCode, TimeProvider clock, long maximumLength = 2 << 20)
{
    private readonly Lock _gate = new();

    /// <summary>The log of a component below an SMS root.</summary>
    public static TraceLog For(IDisk disk, SmsRoot root, string component, string siteCode, TimeProvider clock) =>
        new(disk, Path.Combine(root.Logs, component + ".log"), siteCode, clock);

    public void Information(string text) => Write(TraceLevel.Information, text);

    public void Warning(string text) => Write(TraceLevel.Warning, text);

    public void Error(string text) => Write(TraceLevel.Error, text);

    public void Write(TraceLevel level, string text)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {Letter(level)} {siteCode} {Clean(text)}");
        lock (_gate)
        {
            try
            {
                if (disk.Length(file) > maximumLength)
                {
                    // As SMS did: the full log becomes <component>.lo_, one generation back.
                    disk.Move(file, Path.ChangeExtension(file, ".lo_"));
                }

                disk.AppendLine(file, line);
            }
            catch (IOException)
            {
                // A full disk must not stop the component; the status message says what happened.
            }
            catch (UnauthorizedAccessException)
            {
                // The same.
            }
        }
    }

    private static char Letter(TraceLevel level) => level switch
    {
        TraceLevel.Information => 'I',
        TraceLevel.Warning => 'W',
        TraceLevel.Error => 'E',
    };

    /// <summary>One event is one line, whatever a foreign name contains.</summary>
    private static string Clean(string text)
    {
        if (text.Length > 4000)
        {
            text = text[..4000];
        }

        return string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }
}
