using System.Collections.Concurrent;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>Limits of a sender (SMS 2.0: 5 sendings in all, 3 per site).</summary>
/// <param name="MaximumSendings">At the same time, over all destinations. One destination has one at a time: it gets them in order of priority.</param>
/// <param name="FirstRetry">Wait after the first failure; doubles up to <paramref name="LongestRetry"/>.</param>
/// <param name="GiveUpAfter">A request that has not succeeded by then has failed (KB214485: 7 days).</param>
public sealed record SenderOptions(int MaximumSendings, TimeSpan FirstRetry, TimeSpan LongestRetry, TimeSpan GiveUpAfter)
{
    public static SenderOptions Default { get; } = new(5, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2), TimeSpan.FromDays(7));
}

/// <summary>
/// The LAN Sender: carries send requests to their destinations.
/// <list type="bullet">
/// <item>Woken by a new .SRQ, by the end of a sending and by a retry coming due; the timer is the guarantee.</item>
/// <item>Reads its outbox, the package and instruction each request names, and the address book.</item>
/// <item>May rename .SRQ to .SRS (its claim), keep progress in it, write SITECFG.BOX/&lt;code&gt;.ENR, and delete what is complete.</item>
/// <item>Killed here: the .SRS is taken up again; the receiver says how far it has come, and the observer hears of a completion at least once.</item>
/// </list>
/// </summary>
public sealed class Sender(
    IDisk disk,
    SmsRoot root,
    IAddressBook addresses,
    ILinkFactory links,
    ISendObserver observer,
    TimeProvider clock,
    TraceLog log,
    SenderOptions? options = null,
    Action? wake = null) : IAsyncDisposable
{
    private readonly SenderOptions _options = options ?? SenderOptions.Default;
    private readonly ConcurrentDictionary<string, Task> _sendings = new(StringComparer.Ordinal);
    private CancellationTokenSource _stop = new();

    /// <summary>A change of a waiting request (another thread's) and its claim exclude each other: a change written under a name claimed meanwhile would be a second request.</summary>
    private readonly Lock _claims = new();

    /// <summary>Next tries that could not be kept on disk (it is full): without them a sending that fails at once would be begun again at once.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _unkept = new(StringComparer.Ordinal);

    /// <summary>When the next waiting request comes due, as of the last round; null when none waits.</summary>
    public DateTimeOffset? NextDueAt { get; private set; }

    private string Outbox => root.Outbox(Scheduler.LanOutbox);

    /// <summary>Starts what may start now. Sendings go on after it returns; <see cref="WhenIdleAsync"/> waits for them.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        NextDueAt = null;
        foreach (var (file, request) in Due())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_sendings.Count >= _options.MaximumSendings)
            {
                break;
            }

            var sending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Claim(file, request.Destination, sending.Task) is var (claimed, current))
            {
                _ = CarryAsync(claimed, current, sending);
            }
        }

        await Task.CompletedTask;
    }

    /// <summary>Returns when no sending is under way.</summary>
    public async Task WhenIdleAsync()
    {
        while (!_sendings.IsEmpty)
        {
            await Task.WhenAll(_sendings.Values);
        }
    }

    /// <summary>Makes a waiting request due now.</summary>
    public void RetryNow(string requestId) => Change(requestId, r => r with { NextTryAt = null });

    /// <summary>Changes the priority of a request that is not being sent at this moment.</summary>
    /// <returns>False where nothing was changed: it is not there, or it may be the one that is being sent.</returns>
    public bool SetPriority(string requestId, SendRequestPriority priority) => Change(requestId, r => r with { Priority = priority });

    /// <summary>Stops what is under way and returns when nothing is. Requests stay claimed; a later round goes on with them.</summary>
    public async Task StopAsync()
    {
        using var stop = Interlocked.Exchange(ref _stop, new CancellationTokenSource());
        await stop.CancelAsync();
        await WhenIdleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    /// <summary>Requests whose time has come: by priority, then by age.</summary>
    private List<(string File, SendRequest Request)> Due()
    {
        var now = clock.GetUtcNow();
        var due = new List<(string File, SendRequest Request)>();
        foreach (var file in disk.ListFiles(Outbox, "*.SR?"))
        {
            if (Read(file) is not { } request || _sendings.ContainsKey(request.Destination))
            {
                continue;
            }

            if (disk.FileExists(Path.Combine(root.ScheduleBox, request.JobId + ".JOB")))
            {
                continue; // were it complete before the Scheduler has deleted its job, it would be done twice
            }

            // A wait longer than any we set: the clock has been put back.
            var wanted = request.NextTryAt - now <= _options.LongestRetry ? request.NextTryAt : null;
            if (_unkept.TryGetValue(request.RequestId, out var unkept) && unkept > (wanted ?? now))
            {
                wanted = unkept;
            }

            if (wanted is { } at && at > now)
            {
                NextDueAt = NextDueAt is { } next && next < at ? next : at;
            }
            else
            {
                due.Add((file, request));
            }
        }

        return [.. due.OrderBy(d => d.Request.Priority).ThenBy(d => d.Request.CreatedAt).ThenBy(d => d.Request.RequestId, StringComparer.Ordinal)];
    }

    /// <summary>Null where its destination is being sent to already, or it has gone since it was listed.</summary>
    private (string File, SendRequest Request)? Claim(string file, string destination, Task sending)
    {
        lock (_claims)
        {
            if (_sendings.ContainsKey(destination) || Read(file) is not { } request)
            {
                return null;
            }

            var claimed = Path.ChangeExtension(file, ".SRS");
            try
            {
                if (file != claimed)
                {
                    disk.Move(file, claimed);
                }
            }
            catch (FileNotFoundException)
            {
                return null; // cancelled between listing and claim
            }

            _sendings[destination] = sending;
            return (claimed, request with { State = request.State == SendRequestState.Ok ? SendRequestState.Ok : SendRequestState.Started });
        }
    }

    /// <summary>One sending from claim to its end; the only catch of the sender.</summary>
    private async Task CarryAsync(string file, SendRequest request, TaskCompletionSource sending)
    {
        try
        {
            await Task.Yield();
            await CarryOrPostponeAsync(file, request);
            _unkept.TryRemove(request.RequestId, out _);
        }
        catch (SendingStoppedException e)
        {
            // The request stays claimed. Should it be this sender after all that goes on with it, then not at once.
            _unkept[request.RequestId] = clock.GetUtcNow() + _options.FirstRetry;
            log.Warning($"{request.RequestId}: stopped: {e.Message}");
        }
        catch (Exception e)
        {
            // Not even the postponement could be kept. The request is as it was; it waits in memory.
            _unkept[request.RequestId] = clock.GetUtcNow() + _options.FirstRetry;
            log.Error($"{request.RequestId}: will try again: {e.Message}");
        }
        finally
        {
            _sendings.TryRemove(request.Destination, out _);
            sending.SetResult();
            wake?.Invoke();
        }
    }

    private async Task CarryOrPostponeAsync(string file, SendRequest request)
    {
        var stop = _stop.Token;
        try
        {
            await AttemptAsync(file, request, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The request stays claimed; the next start goes on.
        }
        catch (LinkException e)
        {
            await PostponeAsync(file, request, e.Message, e.Retryable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await PostponeAsync(file, request, e.Message, retryable: true);
        }
        catch (Exception e) when (e is not SendingStoppedException)
        {
            // A bug of ours must not lose the request: it waits, visible, with the error as its reason.
            log.Error($"{request.RequestId}: {e}");
            await PostponeAsync(file, request, "Internal error: " + e.Message, retryable: true);
        }
    }

    private async Task AttemptAsync(string file, SendRequest request, CancellationToken cancellationToken)
    {
        if (request.State != SendRequestState.Ok)
        {
            if (!await observer.MayGoOnAsync(request.JobId, cancellationToken))
            {
                await CancelAsync(file, request, cancellationToken);
                return;
            }

            var address = await addresses.FindAsync(request.Destination, cancellationToken)
                ?? throw new LinkException(LinkStage.Resolve, $"There is no address for site {request.Destination}.");
            request = await KeepAsync(file, request with { State = SendRequestState.Connecting, Attempts = request.Attempts + 1, ConnectAttempts = request.ConnectAttempts + 1, NextTryAt = null }, cancellationToken);
            await using var link = await links.OpenAsync(address, cancellationToken);
            request = await KeepAsync(file, request with { State = SendRequestState.Sending, Reason = string.Empty }, cancellationToken);
            log.Information($"{request.RequestId}: connected to {request.Destination}, sending {request.BytesTotal} bytes.");

            using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await using var progress = new SendProgress(request, observer, clock, watch);
            if (!await progress.GuardAsync(t => request.Kind == SendRequestKind.Bootstrap
                ? BootstrapAsync(link, request, progress, t)
                : SendPackageAsync(link, request, progress, t)))
            {
                await CancelAsync(file, request, cancellationToken);
                return;
            }

            request = request with { State = SendRequestState.Ok, BytesTotal = Math.Max(request.BytesTotal, progress.Total), SyncPoint = Math.Max(request.BytesTotal, progress.Total), Reason = string.Empty, Heartbeat = clock.GetUtcNow() };
            disk.Write(file, request.ToBytes());
        }

        await observer.CompletedAsync(request, cancellationToken);
        log.Information($"{request.RequestId}: complete at {request.Destination}, {request.BytesTotal} bytes.");
        Remove(file, request);
    }

    private async Task BootstrapAsync(ISiteLink link, SendRequest request, SendProgress progress, CancellationToken cancellationToken)
    {
        var order = SiteJson.TryRead(disk.ReadAll(request.InstructionFile, MaximumOrder), SiteJson.Default.BootstrapOrder, out var error)
            ?? throw new LinkException(LinkStage.Program, "The bootstrap order cannot be read: " + error, retryable: false);
        var enrolment = await link.BootstrapAsync(order, progress, cancellationToken);
        disk.CreateDirectory(root.SiteConfigBox);
        disk.Write(Path.Combine(root.SiteConfigBox, request.Destination + ".ENR"), System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(enrolment, SiteJson.Default.Enrolment));
    }

    private const int MaximumOrder = 16 << 10;

    private async Task SendPackageAsync(ISiteLink link, SendRequest request, SendProgress progress, CancellationToken cancellationToken)
    {
        var instruction = disk.ReadAll(request.InstructionFile, Trust.Instruction.MaximumLength);
        await link.SendAsync(request.PackageName, request.PackageFile, instruction, progress, cancellationToken);
        await link.EnsureRunningAsync(cancellationToken);
    }

    private async Task<SendRequest> KeepAsync(string file, SendRequest request, CancellationToken cancellationToken)
    {
        request = request with { Heartbeat = clock.GetUtcNow() };
        disk.Write(file, request.ToBytes());
        await observer.ProgressAsync(request, cancellationToken);
        return request;
    }

    private async Task CancelAsync(string file, SendRequest request, CancellationToken cancellationToken)
    {
        log.Warning($"{request.RequestId}: cancelled.");
        await observer.CancelledAsync(request with { State = SendRequestState.Cancelled }, cancellationToken);
        Remove(file, request);
    }

    private async Task PostponeAsync(string file, SendRequest request, string reason, bool retryable)
    {
        var now = clock.GetUtcNow();
        if (disk.FileExists(file) && SendRequest.Parse(disk.ReadAll(file, SendRequest.MaxBytes)).Value is { } kept)
        {
            request = kept;
        }

        if (request.State == SendRequestState.Ok)
        {
            // It has arrived. Only saying so is left, and that is never given up and never becomes a second sending.
            log.Warning($"{request.RequestId}: complete, but it cannot be recorded: {reason}");
            disk.Write(file, (request with { NextTryAt = now + _options.FirstRetry, Reason = reason }).ToBytes());
            return;
        }

        if (!retryable || now - request.CreatedAt > _options.GiveUpAfter)
        {
            log.Error($"{request.RequestId}: failed: {reason}");
            await observer.FailedAsync(request with { State = SendRequestState.Invalid, Reason = reason, NextTryAt = null }, CancellationToken.None);
            Remove(file, request);
            return;
        }

        var wait = TimeSpan.FromTicks(Math.Min(_options.LongestRetry.Ticks, _options.FirstRetry.Ticks << Math.Min(Math.Max(request.Attempts - 1, 0), 20)));
        request = request with { State = SendRequestState.Error, Reason = reason, NextTryAt = now + wait, Heartbeat = now, Attempts = Math.Max(request.Attempts, 1) };
        log.Warning($"{request.RequestId}: {reason} Next try at {request.NextTryAt:HH:mm:ss}Z.");
        disk.Write(file, request.ToBytes());
        await observer.ProgressAsync(request, CancellationToken.None);
    }

    /// <summary>A request nobody has claimed is changed also while another is being sent to its destination: that is when its turn is decided.</summary>
    private bool Change(string requestId, Func<SendRequest, SendRequest> change)
    {
        var changed = false;
        lock (_claims)
        {
            foreach (var file in disk.ListFiles(Outbox, requestId + ".SR?"))
            {
                if (Read(file) is { } request && (file.EndsWith(".SRQ", StringComparison.Ordinal) || !_sendings.ContainsKey(request.Destination)))
                {
                    disk.Write(file, change(request).ToBytes());
                    changed = true;
                }
            }
        }

        return changed;
    }

    /// <summary>The request goes last: while it is there, what it names is there.</summary>
    private void Remove(string file, SendRequest request)
    {
        if (Path.GetDirectoryName(request.PackageFile) == root.ToSend)
        {
            disk.Delete(request.PackageFile);
        }

        disk.Delete(request.InstructionFile);
        disk.Delete(file);
    }

    private SendRequest? Read(string file)
    {
        string error;
        try
        {
            if (Inbox.TryRead(disk, file, SendRequest.MaxBytes, out error) is { } content)
            {
                var parsed = SendRequest.Parse(content);
                if (parsed.IsOk)
                {
                    return parsed.Value;
                }

                error = parsed.Error.ToString();
            }
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException e)
        {
            // One request that cannot be read now must not keep the others waiting; it comes again with the next round.
            log.Error($"{Path.GetFileName(file)}: will try again: {e.Message}");
            return null;
        }

        Inbox.SetAside(disk, Outbox, error, null, file);
        log.Error($"{Path.GetFileName(file)} set aside: {error}");
        return null;
    }
}
