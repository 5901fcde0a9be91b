using System.Diagnostics;
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

    /// <summary>
    /// What the far side may keep silent. A connection that is dead ends within a minute by itself; this is for a program that hangs behind one that lives,
    /// and is above what it waits for itself (a minute, for the Bootstrap service's confirmation).
    /// </summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>Bytes a second over the slowest line there is: what was handed to ssh may be under way for as long as that takes.</summary>
    private const int SlowestLine = 4 << 10;

    /// <summary>Bytes a second the slowest disk reads: a package is hashed before its arrival is confirmed.</summary>
    private const int SlowestDisk = 1 << 20;

    private readonly SmsRootNames _far = new(address.Directory);
    private Session? _session;

    public async Task<LinkProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        return SshProbe.Read(await ScriptAsync(SshScripts.Probe, [address.Directory], default, cancellationToken))
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
        var (reply, data) = await AskAsync(new LinkCommand("bootstrap", Bytes: 0), cancellationToken, JsonSerializer.SerializeToUtf8Bytes(order, SiteJson.Default.BootstrapOrder));
        _ = reply;
        return SiteJson.TryRead(data.Span, SiteJson.Default.Enrolment, out var error)
            ?? throw new LinkException(LinkStage.Start, "The confirmation cannot be read: " + error);
    }

    public Task EnsureRunningAsync(CancellationToken cancellationToken) => AskAsync(new LinkCommand("ensure"), cancellationToken);

    public async Task SendAsync(string name, string payloadFile, ReadOnlyMemory<byte> instruction, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken)
    {
        var total = disk.Length(payloadFile);
        if (total < 0)
        {
            throw new LinkException(LinkStage.Transfer, $"The payload {payloadFile} is gone.", retryable: false);
        }

        var have = (await AskAsync(new LinkCommand("have", name, Total: total), cancellationToken)).Reply.Offset;
        progress.Report((have, total));
        await using var payload = disk.OpenRead(payloadFile);
        payload.Seek(have, SeekOrigin.Begin);
        var block = new byte[(int)Math.Min(Block, Math.Max(total - have, 1))];
        while (have < total)
        {
            var length = (int)Math.Min(block.Length, total - have);
            await payload.ReadExactlyAsync(block.AsMemory(0, length), cancellationToken);
            have = (await AskAsync(new LinkCommand("append", name, have, total), cancellationToken, block.AsMemory(0, length))).Reply.Offset;
            progress.Report((have, total));
        }

        await AskAsync(new LinkCommand("commit", name, Total: total), cancellationToken, instruction);
    }

    public async Task<LogPiece> ReadLogAsync(string component, long offset, CancellationToken cancellationToken)
    {
        var (reply, _) = await AskAsync(new LinkCommand("log", component, offset), cancellationToken);
        return new LogPiece(reply.Lines ?? [], reply.Offset);
    }

    public async Task CollectAsync(Drop receive, Action arrived, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (reply, instruction) = await AskAsync(new LinkCommand("collect"), cancellationToken);
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
                var (_, data) = await AskAsync(new LinkCommand("block", name, have, total), cancellationToken);
                if (data.Length == 0)
                {
                    throw new LinkException(LinkStage.Transfer, "The package ended before its length.");
                }

                using var block = new MemoryStream(data.ToArray());
                have = await receive.AppendAsync(local, have, block, have + data.Length, progress: null, cancellationToken);
            }

            await receive.CommitAsync(local, instruction, cancellationToken);
            await AskAsync(new LinkCommand("collected", name), cancellationToken);
            arrived();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_session is not null)
            {
                await _session.DisposeAsync();
            }
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
        var present = await ScriptAsync(SshScripts.Prepare, [address.Directory], default, cancellationToken);
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
        await UploadAsync(_far.BootstrapOrder, 0, json.Length, sum, content, cancellationToken);
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
            var text = (await ScriptAsync(SshScripts.Length, [target], default, cancellationToken)).Trim();
            var unfinished = text.StartsWith('-');
            await using var content = disk.OpenRead(source);
            var sum = await PosixChecksum.ComputeAsync(content, cancellationToken);
            if (text.Split(' ') is not [var sumThere, var lengthThere, ..] || sumThere != Text(sum) || lengthThere != Text(length))
            {
                var there = unfinished && long.TryParse(text.AsSpan(1), CultureInfo.InvariantCulture, out var n) ? n : 0;
                var from = there <= length ? there : 0;
                content.Seek(from, SeekOrigin.Begin);
                var before = sent;
                await UploadAsync(target, from, length, sum, new CountingStream(content, n => progress.Report((before + n, total))), cancellationToken);
            }

            sent += length;
            progress.Report((sent, total));
        }
    }

    private async Task UploadAsync(string target, long from, long length, uint sum, Stream content, CancellationToken cancellationToken) =>
        await ScriptAsync(SshScripts.Upload, [target, Text(from), Text(length), Text(sum)], content, cancellationToken);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Runs a constant script, its arguments a line each, then the data.</summary>
    private async Task<string> ScriptAsync(string script, string[] lines, Stream? data, CancellationToken cancellationToken)
    {
        if (lines.Any(l => l.AsSpan().ContainsAny('\n', '\r', '\0')))
        {
            throw new LinkException(LinkStage.Directory, "A path must be one line.", retryable: false);
        }

        using var process = master.Start(script);
        using var silence = new Silence(clock, _patience, cancellationToken);
        try
        {
            var output = AnswerAsync(process, silence.Token);
            var errors = ProgramOutput.ReadEndAsync(process.StandardError, ProgramOutput.KeptErrors, silence.Token);
            try
            {
                await FeedAsync(process, string.Concat(lines.Select(l => l + "\n")), data, silence);
            }
            catch (IOException)
            {
                // It ended before it had read everything; its exit code says why.
            }

            await process.WaitForExitAsync(silence.Token);
            var answer = await output;
            return process.ExitCode switch
            {
                _ when answer is null => throw new LinkException(LinkStage.Program, $"{address.Host} answers with more than {ProgramOutput.MaximumAnswer >> 10} KiB, which no script of ours does: something else speaks there, as a greeting of the account's shell does.", retryable: false),
                0 => answer,
                SshScripts.DirectoryTaken => throw new LinkException(LinkStage.Directory, $"The directory {address.Directory} is not empty.", retryable: false),
                255 => throw SshMaster.Explain(address, await errors),
                _ => throw new LinkException(LinkStage.Directory, $"{address.Host} answered: {FirstLine(await errors)} (code {process.ExitCode})"),
            };
        }
        catch (OperationCanceledException e) when (silence.IsOver)
        {
            throw Silent(silence, e);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>What it takes is progress; what it has taken last may be under way for long.</summary>
    private static async Task FeedAsync(Process process, string lines, Stream? data, Silence silence)
    {
        var input = process.StandardInput.BaseStream;
        await input.WriteAsync(Encoding.UTF8.GetBytes(lines), silence.Token);
        var sent = 0L;
        var piece = data is null ? [] : new byte[1 << 16];
        while (data is not null && await data.ReadAsync(piece, silence.Token) is var read and > 0)
        {
            await input.WriteAsync(piece.AsMemory(0, read), silence.Token);
            sent += read;
            silence.Restart(_patience);
        }

        process.StandardInput.Close();
        silence.Restart(_patience + TimeSpan.FromSeconds(Math.Min(sent, Block) / SlowestLine));
    }

    /// <summary>Null when it says more than a script does; it is ended then, since it would wait for somebody to read on.</summary>
    private static async Task<string?> AnswerAsync(Process process, CancellationToken cancellationToken)
    {
        var answer = await ProgramOutput.ReadAsync(process.StandardOutput.BaseStream, ProgramOutput.MaximumAnswer, cancellationToken);
        if (answer is null)
        {
            process.Kill();
        }

        return answer;
    }

    private async Task<(LinkReply Reply, ReadOnlyMemory<byte> Data)> AskAsync(LinkCommand command, CancellationToken cancellationToken, ReadOnlyMemory<byte> data = default)
    {
        _session ??= await Session.OpenAsync(master, address, cancellationToken);
        using var silence = new Silence(clock, PatienceFor(command, data.Length), cancellationToken);
        try
        {
            await LinkFrames.WriteAsync(_session.Input, command with { Bytes = data.Length }, SiteJson.Default.LinkCommand, data, silence.Token);
            var reply = await LinkFrames.ReadAsync(_session.Output, SiteJson.Default.LinkReply, silence.Token)
                ?? throw new IOException("The connection has ended.");
            if (reply.Error is not null)
            {
                throw new LinkException(reply.Stage ?? LinkStage.Transfer, reply.Error, reply.Retryable);
            }

            if (reply.Bytes is < 0 or > 1 << 20)
            {
                throw new InvalidDataException("An answer is longer than answers may be.");
            }

            silence.Restart(_patience + TimeSpan.FromSeconds(reply.Bytes / SlowestLine));
            var answer = new byte[reply.Bytes];
            await _session.Output.ReadExactlyAsync(answer, silence.Token);
            return (reply, answer);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            var session = _session;
            _session = null;
            throw await session.ExplainAsync(address, e);
        }
        catch (OperationCanceledException e)
        {
            // Half a frame may be under way: this session is of no more use.
            var session = _session;
            _session = null;
            await session.DisposeAsync();
            if (silence.IsOver)
            {
                throw Silent(silence, e);
            }

            throw;
        }
    }

    private static TimeSpan PatienceFor(LinkCommand command, int bytes) => _patience + command.Verb switch
    {
        "collect" => LinkServer.CollectWait,
        "append" => TimeSpan.FromSeconds(bytes / SlowestLine),
        "commit" => TimeSpan.FromSeconds(command.Total / SlowestDisk),
        _ => TimeSpan.Zero,
    };

    private LinkException Silent(Silence silence, Exception inner) =>
        new(LinkStage.Transfer, $"The site server at {address.Host} did not answer for {silence.Limit.TotalMinutes:0.#} min. The session was ended; it is tried again.", inner: inner);

    private static string FirstLine(string text) => text.Trim().Split('\n')[0].Trim() is { Length: > 0 } line ? line : "nothing";

    /// <summary>Paths at the far side, which is a POSIX system whatever this one is.</summary>
    private sealed class SmsRootNames(string directory)
    {
        public string BootstrapOrder => directory.TrimEnd('/') + "/BOOTSTRP.CFG";

        public string BootstrapDirectory => directory.TrimEnd('/') + "/BOOTSTRP.BIN";
    }

    /// <summary>A running <c>sms-site link</c>.</summary>
    private sealed class Session(Process process, Task<string> errors) : IAsyncDisposable
    {
        public Stream Input => process.StandardInput.BaseStream;

        public Stream Output => process.StandardOutput.BaseStream;

        public static async Task<Session> OpenAsync(SshMaster master, LinkAddress address, CancellationToken cancellationToken)
        {
            var process = master.Start(SshScripts.Link);
            var session = new Session(process, ProgramOutput.ReadEndAsync(process.StandardError, ProgramOutput.KeptErrors, CancellationToken.None));
            try
            {
                await session.Input.WriteAsync(Encoding.UTF8.GetBytes(address.Directory + "\n"), cancellationToken);
                await session.Input.FlushAsync(cancellationToken);
                return session;
            }
            catch (IOException e)
            {
                throw await session.ExplainAsync(address, e);
            }
            catch
            {
                await session.DisposeAsync();
                throw;
            }
        }

        public async Task<LinkException> ExplainAsync(LinkAddress address, Exception inner)
        {
            var ended = process.HasExited || await EndsSoonAsync();
            var code = ended ? process.ExitCode : -1;
            await DisposeAsync();
            var text = FirstLine(await errors);
            return code switch
            {
                SshScripts.NoProgram => new LinkException(LinkStage.Program, $"The site program is not at {address.Directory} on {address.Host}, or no .NET runtime is.", inner: inner),
                _ => new LinkException(LinkStage.Transfer, $"The connection to {address.Host} was lost: {(text == "nothing" ? inner.Message : text)}", inner: inner),
            };
        }

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            await process.WaitForExitAsync();
            process.Dispose();
        }

        /// <summary>Its pipes break an instant before its exit code is known.</summary>
        private async Task<bool> EndsSoonAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return process.HasExited;
        }
    }
}
