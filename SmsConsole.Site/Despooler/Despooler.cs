using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>
/// SMS_DESPOOLER: verifies what arrived and hands it on.
/// <list type="bullet">
/// <item>Woken by a new .INS in DESPOOLR.BOX/RECEIVE; the timer is the guarantee.</item>
/// <item>Reads RECEIVE, the keys of its peers and the numbers already received.</item>
/// <item>May move a verified payload into the inbox of the component it is for, and set aside everything else.</item>
/// <item>Killed here: an instruction whose payload has gone was handed on; it is counted and deleted, nothing is done twice.</item>
/// </list>
/// </summary>
/// <param name="incarnation">Of this site, for a secondary; null for a primary, which hears many.</param>
public sealed class Despooler(IDisk disk, SmsRoot root, string siteCode, Guid? incarnation, IPeerKeys keys, TraceLog log)
{
    private readonly ReceivedSequences _received = new(disk, root);

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var file in disk.ListFiles(root.Receive, "*.INS"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var payload = Path.ChangeExtension(file, ".PCK");
            try
            {
                var problem = await TakeAsync(file, payload, cancellationToken);
                if (problem is not null)
                {
                    Inbox.SetAside(disk, root.Receive, problem, null, payload, file);
                    log.Error($"{Path.GetFileName(file)} set aside: {problem}");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                // One package that cannot be read now must not keep the others waiting; it comes again with the next round.
                log.Error($"{Path.GetFileName(file)}: will try again: {e.Message}");
            }
        }
    }

    /// <summary>Null when the package was handed on or had been before; else why it is refused.</summary>
    private async Task<string?> TakeAsync(string file, string payload, CancellationToken cancellationToken)
    {
        if (Inbox.TryRead(disk, file, Instruction.MaximumLength, out var error) is not { } content || Instruction.TryRead(content, out error) is not { } instruction)
        {
            return error;
        }

        var envelope = instruction.Envelope;
        if (await JudgeAsync(instruction, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        if (!disk.FileExists(payload))
        {
            // The instruction is written after its payload, so the payload was handed on before a crash.
            _received.Add(envelope);
            disk.Delete(file);
            return null;
        }

        if (_received.Contains(envelope))
        {
            log.Information($"{Path.GetFileName(file)}: {envelope.Type} {envelope.Sequence} of {envelope.Source} came before; dropped.");
            disk.Delete(payload);
            disk.Delete(file);
            return null;
        }

        if (disk.IsLink(payload))
        {
            return "The payload is a link: what it leads to may be another file by the time it is used.";
        }

        if (!await PayloadCheck.MatchesAsync(disk, payload, envelope, cancellationToken))
        {
            return "The payload is not the one that was signed.";
        }

        return HandOn(file, payload, envelope, instruction);
    }

    private async Task<string?> JudgeAsync(ReadInstruction instruction, CancellationToken cancellationToken)
    {
        var envelope = instruction.Envelope;
        if (envelope.Destination != siteCode)
        {
            return $"It is for site {envelope.Destination}.";
        }

        if (incarnation is { } own && envelope.Incarnation != own)
        {
            return "It is for another incarnation of this site.";
        }

        var key = await keys.FindAsync(envelope.Source, envelope.Incarnation, cancellationToken);
        if (key is null)
        {
            return $"Site {envelope.Source} is not known in this incarnation.";
        }

        return Instruction.IsSignedBy(instruction, key) ? null : $"It is not signed by site {envelope.Source}.";
    }

    private string? HandOn(string file, string payload, Envelope envelope, ReadInstruction instruction)
    {
        // Named by its number: handed on twice it is the same file.
        var name = $"{envelope.Source}{envelope.Sequence:X5}";
        var target = (envelope.Type, incarnation is null) switch
        {
            (EnvelopeTypes.SiteControl, false) => Path.Combine(root.SiteConfigBox, name + ".CT1"),
            (EnvelopeTypes.SiteReport, true) => Path.Combine(root.SiteConfigBox, name + ".CT2"),
            (EnvelopeTypes.Status, true) => Path.Combine(root.StatusBox, name + ".SVF"),
            _ => null,
        };
        if (target is null)
        {
            return $"Nobody at this site takes a package of type {envelope.Type}.";
        }

        disk.CreateDirectory(Path.GetDirectoryName(target)!);
        disk.Write(Path.ChangeExtension(target, ".ENV"), instruction.SignedBytes);
        disk.Move(payload, target);
        _received.Add(envelope);
        disk.Delete(file);
        log.Information($"{envelope.Type} {envelope.Sequence} of {envelope.Source}: {Path.GetFileName(target)}, {envelope.Length} bytes.");
        return null;
    }
}
