using System.Text;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>Reads pieces of trace logs: this primary's own from its disk, a secondary's over its link.</summary>
internal sealed class SiteLogs(PrimarySite primary, IAddressBook addresses, ILinkFactory links, IDisk disk, TimeProvider clock)
{
    private const int MaximumPiece = 64 << 10;

    public async Task<CommandResult<LogSlice>> ReadAsync(string code, string component, long offset, CancellationToken cancellationToken)
    {
        if (code == primary.Code)
        {
            return Read(component, offset);
        }

        if (await addresses.FindAsync(code, cancellationToken) is not { } address)
        {
            return new CommandError(CommandErrorKind.NotFound, "site.unknown", $"There is no site {code} with an address.");
        }

        try
        {
            await using var link = await links.OpenAsync(address, cancellationToken);
            var piece = await link.ReadLogAsync(component, offset, cancellationToken);
            return new LogSlice(component, piece.Lines, piece.NextOffset, clock.GetUtcNow());
        }
        catch (LinkException e)
        {
            var (_, errorCode, text, _) = Preflight.Explain(e);
            return new CommandError(CommandErrorKind.Conflict, errorCode, text);
        }
    }

    private LogSlice Read(string component, long offset)
    {
        var file = Path.Combine(primary.Root.Logs, component + ".log");
        var length = disk.Length(file);
        if (length <= 0)
        {
            return new LogSlice(component, [], 0, clock.GetUtcNow());
        }

        // Beyond the end: the log was begun anew.
        var start = offset < 0 ? Math.Max(0, length + offset) : offset > length ? 0 : offset;
        using var stream = disk.OpenRead(file);
        stream.Seek(start, SeekOrigin.Begin);
        var buffer = new byte[(int)Math.Min(MaximumPiece, length - start)];
        var read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        var piece = buffer.AsSpan(0, read);
        var first = offset < 0 && start > 0 ? piece.IndexOf((byte)'\n') + 1 : 0;
        var end = piece.LastIndexOf((byte)'\n') + 1;
        if (end <= first)
        {
            // A line longer than a piece is shown in parts; half a line at the end waits for its rest.
            end = read == MaximumPiece ? read : first;
        }

        var lines = Encoding.UTF8.GetString(piece[first..end]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new LogSlice(component, lines, start + end, clock.GetUtcNow());
    }
}
