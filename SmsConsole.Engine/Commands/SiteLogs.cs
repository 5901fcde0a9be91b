using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>Reads pieces of trace logs: this primary's own from its disk, a secondary's over its link.</summary>
internal sealed class SiteLogs(PrimarySite primary, IAddressBook addresses, ILinkFactory links, IDisk disk, TimeProvider clock)
{
    public async Task<CommandResult<LogSlice>> ReadAsync(string code, string component, long offset, CancellationToken cancellationToken)
    {
        if (code == primary.Code)
        {
            return Slice(component, TraceLogReader.Read(disk, Path.Combine(primary.Root.Logs, component + ".log"), offset));
        }

        if (await addresses.FindAsync(code, cancellationToken) is not { } address)
        {
            return new CommandError(CommandErrorKind.NotFound, "site.unknown", $"There is no site {code} with an address.");
        }

        try
        {
            await using var link = await links.OpenAsync(address, cancellationToken);
            return Slice(component, await link.ReadLogAsync(component, offset, cancellationToken));
        }
        catch (LinkException e)
        {
            var (_, errorCode, text, _) = Preflight.Explain(e);
            return new CommandError(CommandErrorKind.Conflict, errorCode, text);
        }
    }

    private LogSlice Slice(string component, LogPiece piece) => new(component, piece.Lines, piece.NextOffset, clock.GetUtcNow());
}
