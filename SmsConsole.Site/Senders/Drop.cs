using System.Security.Cryptography;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>
/// Puts a package into a receiving folder: the payload grows in a .PRT file, becomes .PCK when it is whole, and the instruction, written last, makes it
/// complete. What was acknowledged is on the disk; what a part holds beyond that may be lost or wrong after a power cut, which the hash finds before the
/// part becomes a payload.
/// </summary>
public sealed class Drop(IDisk disk, string directory)
{
    /// <summary>Bytes between two flushes: the most that has to be sent again after a cut.</summary>
    public const int AcknowledgeEvery = 4 << 20;

    private string Partial(string name) => Path.Combine(directory, name + ".PRT");

    private string Payload(string name) => Path.Combine(directory, name + ".PCK");

    private string Complete(string name) => Path.Combine(directory, name + ".INS");

    /// <summary>Where to go on: bytes of this payload that are here; the whole length when nothing is left to send.</summary>
    public long Have(string name, long total)
    {
        if (disk.FileExists(Complete(name)) || disk.Length(Payload(name)) == total)
        {
            return total;
        }

        var have = disk.Length(Partial(name));
        return have < 0 || have > total ? 0 : have;
    }

    /// <summary>Deletes the parts of all names that begin so, but for one.</summary>
    public void DropUnfinished(string prefix, string except)
    {
        foreach (var part in disk.ListFiles(directory, prefix + "*.PRT").Where(p => p != Partial(except)))
        {
            disk.Delete(part);
        }
    }

    /// <summary>Takes payload bytes from <paramref name="offset"/> on; returns how many are here now, flushed.</summary>
    public async Task<long> AppendAsync(string name, long offset, Stream source, long total, IProgress<(long Sent, long Total)>? progress, CancellationToken cancellationToken)
    {
        disk.CreateDirectory(directory);
        var sent = offset;
        await using var part = disk.OpenWrite(Partial(name), offset);
        var buffer = new byte[1 << 18];
        var unflushed = 0;
        while (sent < total)
        {
            var read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, total - sent)), cancellationToken);
            if (read == 0)
            {
                throw new LinkException(LinkStage.Transfer, "The payload ended before its length.");
            }

            await part.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            sent += read;
            unflushed += read;
            if (unflushed >= AcknowledgeEvery)
            {
                disk.Flush(part);
                unflushed = 0;
            }

            progress?.Report((sent, total));
        }

        disk.Flush(part);
        return sent;
    }

    /// <summary>Checks the payload against the instruction and makes the package complete. A payload that is not the one is dropped, to be sent again.</summary>
    public async Task CommitAsync(string name, ReadOnlyMemory<byte> instruction, CancellationToken cancellationToken)
    {
        if (disk.FileExists(Complete(name)))
        {
            // What was signed, not its signature: signed anew, the same envelope has another.
            var there = Instruction.TryRead(disk.ReadAll(Complete(name), Instruction.MaximumLength), out _);
            if (there is not null && Instruction.TryRead(instruction.Span, out _) is { } sent && there.SignedBytes.AsSpan().SequenceEqual(sent.SignedBytes))
            {
                return;
            }

            // Saying it has arrived would lose it. The other one goes once the Despooler has looked at it.
            throw new LinkException(LinkStage.Transfer, $"Another package of the name {name} is there and has not been taken yet.");
        }

        var envelope = Instruction.TryRead(instruction.Span, out var error)?.Envelope
            ?? throw new LinkException(LinkStage.Transfer, "The instruction cannot be read: " + error, retryable: false);
        var moved = disk.FileExists(Partial(name));
        if (moved)
        {
            await using (var stream = disk.OpenRead(Partial(name)))
            {
                if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) != envelope.Sha256)
                {
                    disk.Delete(Partial(name));
                    throw new LinkException(LinkStage.Transfer, "What arrived is not what was sent; it is sent again.");
                }
            }

            disk.Move(Partial(name), Payload(name));
        }

        disk.CreateDirectory(directory);
        if (envelope.Length == 0 && !disk.FileExists(Payload(name)))
        {
            disk.Write(Payload(name), []);
        }

        // Whole since an earlier try, one hopes. An instruction without its payload says "handed on already", so it must never be written on hope.
        if (!moved && !await PayloadCheck.MatchesAsync(disk, Payload(name), envelope, cancellationToken))
        {
            disk.Delete(Payload(name));
            throw new LinkException(LinkStage.Transfer, "What is here is not what was sent; it is sent again.");
        }

        disk.Write(Complete(name), instruction.Span);
    }

    /// <summary>The whole sending from a file on this machine.</summary>
    public async Task SendFileAsync(string name, string payloadFile, ReadOnlyMemory<byte> instruction, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken)
    {
        var total = disk.Length(payloadFile);
        if (total < 0)
        {
            throw new LinkException(LinkStage.Transfer, $"The payload {payloadFile} is gone.", retryable: false);
        }

        var have = Have(name, total);
        progress.Report((have, total));
        if (have < total)
        {
            await using var source = disk.OpenRead(payloadFile);
            source.Seek(have, SeekOrigin.Begin);
            await AppendAsync(name, have, source, total, progress, cancellationToken);
        }

        await CommitAsync(name, instruction, cancellationToken);
    }
}
