using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>A link to a site whose SMS root directory is a path of this machine. Behind SSH the far side runs the same code.</summary>
public sealed class PathLink(IDisk disk, ISiteProcesses processes, string directory, TimeProvider clock) : ISiteLink
{
    private const int MaximumConfirmation = 16 << 10;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly SmsRoot _root = new(directory);

    public Task<LinkProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        var state = IsBlocked() ? DirectoryState.NotADirectory
            : !disk.DirectoryExists(_root.Path) ? DirectoryState.Absent
            : HoldsSomething() ? DirectoryState.NotEmpty
            : DirectoryState.Empty;
        return Task.FromResult(new LinkProbe(
            RuntimeInformation.OSDescription,
            RuntimeInformation.RuntimeIdentifier,
            Environment.Version.ToString(),
            disk.FreeSpace(_root.Path),
            state,
            IsWritable(),
            Environment.UserName,
            FindOccupant()));
    }

    public async Task<Enrolment> BootstrapAsync(BootstrapOrder order, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken)
    {
        DirectoryOccupant.RefuseInside(FindOccupant());
        await PrepareAsync(order, cancellationToken);
        CopyProgram(SiteProgram.FrameworkDependent, progress);
        return await StartAndConfirmAsync(order, cancellationToken);
    }

    /// <summary>Creates the directory and writes the order. First of all, so that a directory half filled by us is known as ours.</summary>
    public Task PrepareAsync(BootstrapOrder order, CancellationToken cancellationToken)
    {
        if (disk.FileExists(_root.Path))
        {
            throw new LinkException(LinkStage.Directory, $"{_root.Path} is a file.", retryable: false);
        }

        var present = ReadOrder();
        if (present is null && HoldsSomething())
        {
            throw new LinkException(LinkStage.Directory, $"The directory {_root.Path} is not empty.", retryable: false);
        }

        if (present is not null && (present.SiteCode != order.SiteCode || present.Incarnation != order.Incarnation))
        {
            throw new LinkException(LinkStage.Directory, $"The directory {_root.Path} belongs to another installation of site {present.SiteCode}.", retryable: false);
        }

        try
        {
            disk.CreateDirectory(_root.Path);
            if (ReadConfirmation(order) is null)
            {
                // In this order: a service that runs already may answer the order at once, and that answer must stay.
                disk.Delete(_root.BootstrapConfirmation);
                disk.Write(_root.BootstrapOrder, JsonSerializer.SerializeToUtf8Bytes(order, SiteJson.Default.BootstrapOrder), ownerOnly: true);
            }

            disk.CreateDirectory(_root.Logs);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new LinkException(LinkStage.Directory, $"The account {Environment.UserName} may not write to {_root.Path}: {e.Message}", retryable: false);
        }

        return Task.CompletedTask;
    }

    /// <summary>Copies the Bootstrap service, file by file; what is there already stays.</summary>
    public void CopyProgram(SiteProgram program, IProgress<(long Sent, long Total)> progress)
    {
        disk.CreateDirectory(_root.BootstrapDirectory);
        var total = program.Files.Sum(f => disk.Length(Path.Combine(program.Directory, f)));
        var sent = 0L;
        foreach (var name in program.Files)
        {
            var source = Path.Combine(program.Directory, name);
            var target = Path.Combine(_root.BootstrapDirectory, name);
            if (!IsSame(source, target))
            {
                disk.Write(target, disk.ReadAll(source, long.MaxValue));
            }

            sent += disk.Length(target);
            progress.Report((sent, total));
        }
    }

    /// <summary>By content: two versions of a program may well have the same length.</summary>
    private bool IsSame(string source, string target)
    {
        if (disk.Length(source) != disk.Length(target))
        {
            return false;
        }

        using var one = disk.OpenRead(source);
        using var other = disk.OpenRead(target);
        return SHA256.HashData(one).AsSpan().SequenceEqual(SHA256.HashData(other));
    }

    /// <summary>Starts the Bootstrap service and waits for its confirmation.</summary>
    public async Task<Enrolment> StartAndConfirmAsync(BootstrapOrder order, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + _patience;
        var nextStart = clock.GetUtcNow();
        while (true)
        {
            if (ReadConfirmation(order) is { } enrolment)
            {
                return enrolment;
            }

            var now = clock.GetUtcNow();
            if (now >= until)
            {
                throw new LinkException(LinkStage.Start, $"The Bootstrap service did not confirm its start within {_patience.TotalSeconds:0} s; see {_root.BootstrapLog}.");
            }

            if (now >= nextStart && !SiteLock.IsHeld(BootstrapService.LockFile(_root)))
            {
                nextStart = now + TimeSpan.FromSeconds(3); // it may have died; a second one finds the lock held and ends
                processes.StartDetached(_root.BootstrapDirectory, "bootstrap", _root.Path);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(15), clock, cancellationToken);
        }
    }

    public async Task EnsureRunningAsync(CancellationToken cancellationToken)
    {
        var slot = ComponentSlots.Current(disk, _root);
        if (slot is not null && disk.FileExists(BootstrapService.HandoverFile(_root)) && HasBootstrap && !SiteLock.IsHeld(SiteConfigManager.LockFile(_root)))
        {
            // Only the Bootstrap service registers the site server with its machine: one started beside it would never be.
            if (!SiteLock.IsHeld(BootstrapService.LockFile(_root)) && !disk.FileExists(SiteServerProcess.StopFile(_root)))
            {
                processes.StartDetached(_root.BootstrapDirectory, "bootstrap", _root.Path);
            }
        }
        else if (slot is not null)
        {
            // Somebody at the branch stopped it on purpose: theirs to start again. Under systemd it is systemd's.
            if (!SiteLock.IsHeld(SiteConfigManager.LockFile(_root)) && !disk.FileExists(SiteServerProcess.StopFile(_root)) && !await processes.IsServiceAsync(_root, cancellationToken))
            {
                processes.StartDetached(slot, "run", _root.Path);
            }
        }
        else if (ReadOrder() is not null && HasBootstrap && !SiteLock.IsHeld(BootstrapService.LockFile(_root)))
        {
            processes.StartDetached(_root.BootstrapDirectory, "bootstrap", _root.Path);
        }
        else if (!disk.DirectoryExists(_root.Path))
        {
            throw new LinkException(LinkStage.Directory, $"The SMS root directory {_root.Path} is gone.");
        }
    }

    public Task SendAsync(string name, string payloadFile, ReadOnlyMemory<byte> instruction, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken)
    {
        if (!disk.DirectoryExists(_root.Path))
        {
            throw new LinkException(LinkStage.Directory, $"The SMS root directory {_root.Path} is gone.");
        }

        return new Drop(disk, _root.Receive).SendFileAsync(name, payloadFile, instruction, progress, cancellationToken);
    }

    public Task<LogPiece> ReadLogAsync(string component, long offset, CancellationToken cancellationToken)
    {
        // The far side of a link takes no name on trust.
        var isName = component.Length is > 0 and <= 40 && component.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        var file = component == "bootstrp" ? _root.BootstrapLog : Path.Combine(_root.Logs, component + ".log");
        return Task.FromResult(isName ? TraceLogReader.Read(disk, file, offset) : LogPiece.Nothing);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private bool HasBootstrap => disk.FileExists(Path.Combine(_root.BootstrapDirectory, "sms-site.dll"));

    /// <summary>What a crash left of a file being written does not count: it may be the order's own.</summary>
    private bool HoldsSomething() => disk.ListFiles(_root.Path).Count > 0 || disk.ListDirectories(_root.Path).Count > 0;

    private BootstrapOrder? ReadOrder() =>
        disk.FileExists(_root.BootstrapOrder)
            ? SiteJson.TryRead(disk.ReadAll(_root.BootstrapOrder, MaximumConfirmation), SiteJson.Default.BootstrapOrder, out _)
            : null;

    private Enrolment? ReadConfirmation(BootstrapOrder order)
    {
        if (!disk.FileExists(_root.BootstrapConfirmation))
        {
            return null;
        }

        var enrolment = SiteJson.TryRead(disk.ReadAll(_root.BootstrapConfirmation, MaximumConfirmation), SiteJson.Default.Enrolment, out _);
        return enrolment is not null && EnrolmentProof.IsValid(enrolment, order.Token) ? enrolment : null;
    }

    /// <summary>A file, or a link that leads nowhere, bears its name or that of a folder above: no directory can be made there.</summary>
    private bool IsBlocked()
    {
        var path = _root.Path;
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } above)
        {
            if (disk.FileExists(path) || disk.IsLink(path))
            {
                return true;
            }

            path = above;
        }

        return false;
    }

    /// <summary>The same question as the probe's over SSH.</summary>
    private DirectoryOccupant? FindOccupant()
    {
        var real = RealPath.Of(_root.Path);
        if (MarkIn(real) is { } own)
        {
            return new DirectoryOccupant(OccupantRelation.Same, own, real);
        }

        for (var above = Path.GetDirectoryName(real); above is not null; above = Path.GetDirectoryName(above))
        {
            if (MarkIn(above) is { } mark)
            {
                return new DirectoryOccupant(OccupantRelation.Inside, mark, above);
            }
        }

        return FindBelow(real, DirectoryOccupant.Depth);
    }

    private DirectoryOccupant? FindBelow(string directory, int depth)
    {
        if (depth == 0 || disk.IsLink(directory))
        {
            return null;
        }

        foreach (var inner in ReadableDirectories(directory))
        {
            if ((MarkIn(inner) is { } mark ? new DirectoryOccupant(OccupantRelation.Above, mark, inner) : FindBelow(inner, depth - 1)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private IReadOnlyList<string> ReadableDirectories(string directory)
    {
        try
        {
            return disk.ListDirectories(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // what this account cannot see it cannot write into either
        }
    }

    /// <summary>Not through the site's disk: folders above the site are somebody else's, and are only looked at.</summary>
    private static string? MarkIn(string directory) => DirectoryOccupant.Marks.FirstOrDefault(mark => Path.Exists(Path.Combine(directory, mark)));

    private bool IsWritable()
    {
        var existing = _root.Path;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing) ?? "/";
        }

        var probe = Path.Combine(existing, $".sms-{Guid.NewGuid():N}");
        try
        {
            using (File.Create(probe, 1, FileOptions.DeleteOnClose))
            {
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
