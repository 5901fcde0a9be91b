using System.Text.Json;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>
/// <c>sms-site link</c>: the far side of an SSH link, one command after another over standard input and output. It does with the site's files exactly what
/// the parent's own link does with a path of its machine. While it waits for something to collect, it also keeps the site server running.
/// </summary>
public sealed class LinkServer(IDisk disk, ISiteProcesses processes, SmsRoot root, TimeProvider clock, Stream input, Stream output)
{
    private const int CollectBlock = 1 << 18;
    private static readonly TimeSpan _watchdog = TimeSpan.FromSeconds(5);

    /// <summary>How long it waits for something to collect before it says that there is nothing.</summary>
    internal static readonly TimeSpan CollectWait = TimeSpan.FromSeconds(20);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var link = new PathLink(disk, processes, root.Path, clock);
        using var signal = new WakeSignal(disk, root.Collect);
        while (await LinkFrames.ReadAsync(input, SiteJson.Default.LinkCommand, cancellationToken) is { } command)
        {
            LinkReply reply;
            ReadOnlyMemory<byte> data = default;
            var sent = new BoundedStream(input, Math.Max(command.Bytes, 0));
            try
            {
                (reply, data) = await AnswerAsync(command, sent, link, signal, cancellationToken);
            }
            catch (LinkException e)
            {
                reply = new LinkReply(e.Message, e.Stage, e.Retryable);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or InvalidDataException or IOException)
            {
                reply = new LinkReply(e.Message, LinkStage.Directory);
            }

            // What a refused command brought must not be read as the next one. Nobody sends more at once than a block; who says so is not listened to any longer.
            var goesOn = sent.Length - sent.Position <= Drop.AcknowledgeEvery;
            if (goesOn)
            {
                await sent.CopyToAsync(Stream.Null, cancellationToken);
            }

            await ReplyAsync(reply, data, cancellationToken);
            if (!goesOn)
            {
                return 1;
            }
        }

        return 0;
    }

    private async Task<(LinkReply Reply, ReadOnlyMemory<byte> Data)> AnswerAsync(LinkCommand command, BoundedStream sent, PathLink link, WakeSignal signal, CancellationToken cancellationToken)
    {
        var reply = new LinkReply();
        ReadOnlyMemory<byte> data = default;
        switch (command.Verb)
        {
            case "hello":
                reply = new LinkReply(Name: SiteProgram.Version);
                break;
            case "bootstrap":
                data = await BootstrapAsync(command, sent, link, cancellationToken);
                reply = new LinkReply(Bytes: data.Length);
                break;
            case "ensure":
                await link.EnsureRunningAsync(cancellationToken);
                break;
            case "have":
                reply = new LinkReply(Offset: Receive.Have(PlainName(command), command.Total));
                break;
            case "append":
                reply = await AppendAsync(command, sent, cancellationToken);
                break;
            case "commit":
                await CommitAsync(command, sent, cancellationToken);
                break;
            case "log":
                var piece = await link.ReadLogAsync(command.Name ?? string.Empty, command.Offset, cancellationToken);
                reply = new LinkReply(Offset: piece.NextOffset, Lines: piece.Lines);
                break;
            case "collect":
                (reply, data) = await CollectAsync(link, signal, cancellationToken);
                break;
            case "block":
                (reply, data) = await BlockAsync(command, cancellationToken);
                break;
            case "collected":
                Forget(PlainName(command));
                break;
            default:
                reply = new LinkReply($"This site server does not know the command {command.Verb}.", LinkStage.Transfer, Retryable: false);
                break;
        }

        return (reply, data);
    }

    /// <summary>Takes the order, with the token that no file has held before, and answers with the Bootstrap service's confirmation.</summary>
    private static async Task<ReadOnlyMemory<byte>> BootstrapAsync(LinkCommand command, BoundedStream sent, PathLink link, CancellationToken cancellationToken)
    {
        if (command.Bytes is < 1 or > 16 << 10)
        {
            throw new InvalidDataException("The order has an impossible length.");
        }

        var json = new byte[command.Bytes];
        await sent.ReadExactlyAsync(json, cancellationToken);
        var order = SiteJson.TryRead(json, SiteJson.Default.BootstrapOrder, out var error) ?? throw new InvalidDataException("The order cannot be read: " + error);
        await link.PrepareAsync(order, cancellationToken);
        return JsonSerializer.SerializeToUtf8Bytes(await link.StartAndConfirmAsync(order, cancellationToken), SiteJson.Default.Enrolment);
    }

    private Drop Receive => new(disk, root.Receive);

    private async Task<LinkReply> AppendAsync(LinkCommand command, BoundedStream sent, CancellationToken cancellationToken)
    {
        var name = PlainName(command);
        if (command.Offset < 0 || command.Bytes < 0 || command.Offset + command.Bytes > command.Total || Receive.Have(name, command.Total) < command.Offset)
        {
            throw new InvalidDataException("The bytes do not fit what is here.");
        }

        var have = await Receive.AppendAsync(name, command.Offset, sent, command.Offset + command.Bytes, progress: null, cancellationToken);
        return new LinkReply(Offset: have);
    }

    private async Task CommitAsync(LinkCommand command, BoundedStream sent, CancellationToken cancellationToken)
    {
        var name = PlainName(command);
        if (command.Bytes is < 1 or > Instruction.MaximumLength)
        {
            throw new InvalidDataException("The instruction has an impossible length.");
        }

        var instruction = new byte[command.Bytes];
        await sent.ReadExactlyAsync(instruction, cancellationToken);
        await Receive.CommitAsync(name, instruction, cancellationToken);
    }

    /// <summary>Waits until something lies out for the parent; gives its name, length and instruction. An empty name says: nothing in this time.</summary>
    private async Task<(LinkReply Reply, ReadOnlyMemory<byte> Data)> CollectAsync(PathLink link, WakeSignal signal, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + CollectWait;
        var watch = clock.GetUtcNow();
        while (true)
        {
            if (Next() is var (name, length, instruction))
            {
                return (new LinkReply(Name: name, Offset: length, Bytes: instruction.Length), instruction);
            }

            var now = clock.GetUtcNow();
            if (now >= until)
            {
                return (new LinkReply(Name: string.Empty), default);
            }

            if (now - watch > _watchdog)
            {
                watch = now;
                await link.EnsureRunningAsync(cancellationToken);
            }

            await signal.WaitAsync(TimeSpan.FromMilliseconds(500), cancellationToken);
        }
    }

    /// <summary>The first package laid out, whole. What is not one must not stand before the others for ever.</summary>
    private (string Name, long Length, byte[] Instruction)? Next()
    {
        foreach (var file in disk.ListFiles(root.Collect, "*.INS"))
        {
            var payload = Path.ChangeExtension(file, ".PCK");
            var content = disk.Length(file) > Instruction.MaximumLength ? [] : disk.ReadAll(file, Instruction.MaximumLength);
            if (Instruction.TryRead(content, out var error) is not { } instruction)
            {
                Inbox.SetAside(disk, root.Collect, error, null, payload, file);
            }
            else if (disk.Length(payload) == instruction.Envelope.Length)
            {
                return (Path.GetFileNameWithoutExtension(file), instruction.Envelope.Length, content);
            }
            else if (!disk.FileExists(payload))
            {
                // The parent has it; a crash came between the two deletions.
                disk.Delete(file);
            }
            else
            {
                Inbox.SetAside(disk, root.Collect, "The payload does not have the length that was signed.", null, payload, file);
            }
        }

        return null;
    }

    private async Task<(LinkReply Reply, ReadOnlyMemory<byte> Data)> BlockAsync(LinkCommand command, CancellationToken cancellationToken)
    {
        await using var payload = disk.OpenRead(Path.Combine(root.Collect, PlainName(command) + ".PCK"));
        payload.Seek(Math.Clamp(command.Offset, 0, payload.Length), SeekOrigin.Begin);
        var block = new byte[(int)Math.Min(CollectBlock, payload.Length - payload.Position)];
        await payload.ReadExactlyAsync(block, cancellationToken);
        return (new LinkReply(Bytes: block.Length), block);
    }

    /// <summary>The parent has it on disk. Payload first: an instruction alone is dropped with the next collection.</summary>
    private void Forget(string name)
    {
        disk.Delete(Path.Combine(root.Collect, name + ".PCK"));
        disk.Delete(Path.Combine(root.Collect, name + ".INS"));
    }

    private Task ReplyAsync(LinkReply reply, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        LinkFrames.WriteAsync(output, reply, SiteJson.Default.LinkReply, data, cancellationToken);

    /// <summary>Names from the other side never become paths of ours.</summary>
    private static string PlainName(LinkCommand command) =>
        command.Name is { Length: > 0 and <= 40 } name && name.All(char.IsAsciiLetterOrDigit)
            ? name
            : throw new InvalidDataException("The name is not one that a package has.");
}
