using SmsConsole.SiteServer.Formats;

namespace SmsConsole.SiteServer;

/// <summary>
/// Tells the observer how far a sending is, at most four times a second, and stops the sending when its job is cancelled. The bytes come on
/// the link's thread and only set a field; one loop reports.
/// </summary>
internal sealed class SendProgress : IProgress<(long Sent, long Total)>, IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(250);
    private readonly SendRequest _request;
    private readonly ISendObserver _observer;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _watch;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;
    private long _sent = -1;
    private long _total;
    private bool _cancelled;
    private SendingStoppedException? _stopped;

    public SendProgress(SendRequest request, ISendObserver observer, TimeProvider clock, CancellationTokenSource watch)
    {
        _request = request;
        _observer = observer;
        _clock = clock;
        _watch = watch;
        _loop = ReportAsync();
    }

    public long Total => Interlocked.Read(ref _total);

    public void Report((long Sent, long Total) value)
    {
        Interlocked.Exchange(ref _total, value.Total);
        Interlocked.Exchange(ref _sent, value.Sent);
    }

    /// <summary>Runs the sending; false when it was stopped because the job is cancelled.</summary>
    /// <exception cref="SendingStoppedException">The observer stopped it, but not for good.</exception>
    public async Task<bool> GuardAsync(Func<CancellationToken, Task> send)
    {
        try
        {
            await send(_watch.Token);
            return true;
        }
        catch (OperationCanceledException) when (_cancelled)
        {
            return false;
        }
        catch (OperationCanceledException) when (_stopped is not null)
        {
            throw _stopped;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _end.Dispose();
    }

    private async Task ReportAsync()
    {
        var told = -1L;
        try
        {
            while (true)
            {
                await Task.Delay(_interval, _clock, _end.Token);
                try
                {
                    if (!await _observer.MayGoOnAsync(_request.JobId, _end.Token))
                    {
                        _cancelled = true;
                        await _watch.CancelAsync();
                        return;
                    }

                    var sent = Interlocked.Read(ref _sent);
                    if (sent >= 0 && sent != told)
                    {
                        await _observer.ProgressAsync(_request with { SyncPoint = sent, BytesTotal = Total, State = SendRequestState.Sending, Heartbeat = _clock.GetUtcNow() }, _end.Token);
                        told = sent;
                    }
                }
                catch (SendingStoppedException e)
                {
                    _stopped = e;
                    await _watch.CancelAsync();
                    return;
                }
                catch (Exception) when (!_end.IsCancellationRequested)
                {
                    // Who is told cannot listen at this moment. The sending does not depend on it, and the next tick tells it again.
                }
            }
        }
        catch (Exception) when (_end.IsCancellationRequested)
        {
            // The sending has ended.
        }
    }
}
