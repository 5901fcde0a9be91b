using System.Globalization;
using System.Text;
using System.Text.Json;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>A link that can also fetch what the far side has laid out for its parent.</summary>
public interface ICollectingLink : ISiteLink
{
    /// <summary>Fetches packages into a receiving folder for as long as the connection stands.</summary>
    /// <param name="arrived">Called when a package is whole on this side.</param>
    Task CollectAsync(Drop receive, Action arrived, CancellationToken cancellationToken);
}

/// <summary>A link over SSH. Until our program is at the far side it uses constant scripts; from then on it talks to <see cref="LinkServer"/>.</summary>
internal sealed class SshLink(IDisk disk, SshMaster master, LinkAddress address, TimeProvider clock, Action release) : ICollectingLink
{
    /// <summary>Bytes sent before the far side has to acknowledge them as safely written.</summary>
    private const int Block = Drop.AcknowledgeEvery;

    /// <summary>Longest package a site may have for its parent. A batch of status messages has 1 MiB at most, and a report is far shorter.</summary>
    private const long MaximumCollected = 4L << 20;

    /// <summary>Between an answer that nothing lies out and the next question.</summary>
    private static readonly TimeSpan _nothing = TimeSpan.FromMilliseconds(100);

    private readonly SmsRootNames _far = new(address.Directory);
    private readonly SshShell _shell = new(master, address, clock);
    private readonly LinkClient _client = new(master, address, clock);

    public async Task<LinkProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        return SshProbe.Read(await _shell.RunAsync(SshScripts.Probe, [address.Directory], default, cancellationToken))
            ?? throw new LinkException(LinkStage.Program, $"{address.Host} is not a system the LAN Sender can work with (a POSIX shell is needed).", retryable: false);
    }

    public async Task<Enrolment> BootstrapAsync(BootstrapOrder order, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken)
    {
        var probe = await ProbeAsync(cancellationToken);
        DirectoryOccupant.RefuseInside(probe.Occupant);
        var program = SiteProgram.For(disk, probe, out var explanation)
            ?? throw new LinkException(LinkStage.Program, explanation, retryable: false);
        await PrepareAsync(order, cancellationToken);
        await UploadProgramAsync(program, progress, cancellationToken);
        var (_, data) = await _client.AskAsync(new LinkCommand("bootstrap", Bytes: 0), cancellationToken, JsonSerializer.SerializeToUtf8Bytes(order, SiteJson.Default.BootstrapOrder));
        return SiteJson.TryRead(data.Span, SiteJson.Default.Enrolment, out var error)
            ?? throw new LinkException(LinkStage.Start, "The confirmation cannot be read: " + error);
    }

    public Task EnsureRunningAsync(CancellationToken cancellationToken) => _client.AskAsync(new LinkCommand("ensure"), cancellationToken);

    public async Task SendAsync(string name, string payloadFile, ReadOnlyMemory<byte> instruction, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken)
    {
        var total = disk.Length(payloadFile);
        if (total < 0)
        {
            throw new LinkException(LinkStage.Transfer, $"The payload {payloadFile} is gone.", retryable: false);
        }

        var have = (await _client.AskAsync(new LinkCommand("have", name, Total: total), cancellationToken)).Reply.Offset;
        progress.Report((have, total));
        await using var payload = disk.OpenRead(payloadFile);
        payload.Seek(have, SeekOrigin.Begin);
        var block = new byte[(int)Math.Min(Block, Math.Max(total - have, 1))];
        while (have < total)
        {
            var length = (int)Math.Min(block.Length, total - have);
            await payload.ReadExactlyAsync(block.AsMemory(0, length), cancellationToken);
            have = (await _client.AskAsync(new LinkCommand("append", name, have, total), cancellationToken, block.AsMemory(0, length))).Reply.Offset;
            progress.Report((have, total));
        }

        await _client.AskAsync(new LinkCommand("commit", name, Total: total), cancellationToken, instruction);
    }

    public async Task<LogPiece> ReadLogAsync(string component, long offset, CancellationToken cancellationToken)
    {
        var (reply, _) = await _client.AskAsync(new LinkCommand("log", component, offset), cancellationToken);
        return new LogPiece(reply.Lines ?? [], reply.Offset);
    }

    public async Task CollectAsync(Drop receive, Action arrived, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (reply, instruction) = await _client.AskAsync(new LinkCommand("collect"), cancellationToken);
            if (reply.Name is not { Length: > 0 } name)
            {
                // The far side waits before it says so. One that does not must not be asked without end.
                await Task.Delay(_nothing, cancellationToken);
                continue;
            }

            if (name.Length > 40 || !name.All(char.IsAsciiLetterOrDigit))
            {
                throw new LinkException(LinkStage.Transfer, "The site names a package that no package may be called.");
            }

            // Sequence numbers tell packages of one site apart; the incoming name only has to be unlike another site's.
            var local = $"{address.Destination}{name}";
            local = local.Length > 40 ? local[..40] : local;
            var total = reply.Offset;
            if (Judge(instruction, total) is { } problem)
            {
                throw new LinkException(LinkStage.Transfer, $"The site lays out a package that cannot be: {problem}");
            }

            // One is received at a time: what was begun under another name is never gone on with, and would fill the disk.
            receive.DropUnfinished(address.Destination, local);
            for (var have = receive.Have(local, total); have < total;)
            {
                var (_, data) = await _client.AskAsync(new LinkCommand("block", name, have, total), cancellationToken);
                if (data.Length == 0)
                {
                    throw new LinkException(LinkStage.Transfer, "The package ended before its length.");
                }

                using var block = new MemoryStream(data.ToArray());
                have = await receive.AppendAsync(local, have, block, have + data.Length, progress: null, cancellationToken);
            }

            await receive.CommitAsync(local, instruction, cancellationToken);
            await _client.AskAsync(new LinkCommand("collected", name), cancellationToken);
            arrived();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _client.DisposeAsync();
        }
        finally
        {
            release(); // a connection never let go is never closed
        }
    }

    /// <summary>Before any of it is fetched; null when it may be. Its signature is the Despooler's to judge, which has the keys.</summary>
    private string? Judge(ReadOnlyMemory<byte> instruction, long total)
    {
        if (Instruction.TryRead(instruction.Span, out var error)?.Envelope is not { } said)
        {
            return error;
        }

        return said.Source != address.Destination ? $"It is from site {said.Source}."
            : said.Type is not (EnvelopeTypes.SiteReport or EnvelopeTypes.Status) ? $"Nobody at the parent takes a package of type {said.Type}."
            : total > MaximumCollected || (said.Length != total && total != 0) ? $"It has {total} bytes."
            : null;
    }

    private async Task PrepareAsync(BootstrapOrder order, CancellationToken cancellationToken)
    {
        var present = await _shell.RunAsync(SshScripts.Prepare, [address.Directory], default, cancellationToken);
        if (present.Length > 0)
        {
            var there = SiteJson.TryRead(Encoding.UTF8.GetBytes(present), SiteJson.Default.BootstrapOrder, out _);
            if (there is null || there.SiteCode != order.SiteCode || there.Incarnation != order.Incarnation)
            {
                throw new LinkException(LinkStage.Directory, $"The directory {address.Directory} belongs to another installation{(there is null ? string.Empty : " of site " + there.SiteCode)}.", retryable: false);
            }

            return; // the far side's program compares tokens once it runs
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(order with { Token = string.Empty }, SiteJson.Default.BootstrapOrder);
        using var content = new MemoryStream(json);
        var sum = await PosixChecksum.ComputeAsync(content, cancellationToken);
        content.Position = 0;
        await _shell.UploadAsync(_far.BootstrapOrder, 0, json.Length, sum, content, cancellationToken);
    }

    private async Task UploadProgramAsync(SiteProgram program, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken)
    {
        var total = program.Files.Sum(f => disk.Length(Path.Combine(program.Directory, f)));
        var sent = 0L;
        foreach (var name in program.Files)
        {
            var source = Path.Combine(program.Directory, name);
            var target = _far.BootstrapDirectory + "/" + name;
            var length = disk.Length(source);
            var text = (await _shell.RunAsync(SshScripts.Length, [target], default, cancellationToken)).Trim();
            var unfinished = text.StartsWith('-');
            await using var content = disk.OpenRead(source);
            var sum = await PosixChecksum.ComputeAsync(content, cancellationToken);
            if (text.Split(' ') is not [var sumThere, var lengthThere, ..] || sumThere != SshShell.Text(sum) || lengthThere != SshShell.Text(length))
            {
                var there = unfinished && long.TryParse(text.AsSpan(1), CultureInfo.InvariantCulture, out var n) ? n : 0;
                var from = there <= length ? there : 0;
                content.Seek(from, SeekOrigin.Begin);
                var before = sent;
                await _shell.UploadAsync(target, from, length, sum, new CountingStream(content, n => progress.Report((before + n, total))), cancellationToken);
            }

            sent += length;
            progress.Report((sent, total));
        }
    }

    /// <summary>Paths at the far side, which is a POSIX system whatever this one is.</summary>
    private sealed class SmsRootNames(string directory)
    {
        public string BootstrapOrder => directory.TrimEnd('/') + "/BOOTSTRP.CFG";

        public string BootstrapDirectory => directory.TrimEnd('/') + "/BOOTSTRP.BIN";
    }
}
