using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.TestKit;

/// <summary>The components of both sides.</summary>
public sealed partial class InProcessInstall
{
    /// <summary>What a primary's workers wake.</summary>
    private sealed class ParentSide : IAsyncDisposable
    {
        private readonly Scheduler _scheduler;
        private readonly Sender _sender;
        private readonly Despooler _despooler;

        public ParentSide(InProcessInstall owner, IDisk disk)
        {
            var root = owner.ParentRoot;
            TraceLog Log(string component) => TraceLog.For(disk, root, component, "P01", owner._clock);
            disk.CreateDirectory(root.Logs);
            disk.CreateDirectory(root.Receive);
            Key = SiteKey.LoadOrCreate(disk, root);
            _scheduler = new Scheduler(disk, root, "P01", Key, owner._clock, Log("sched"));
            _sender = new Sender(disk, root, owner, owner, owner, owner._clock, Log("sender"));
            _despooler = new Despooler(disk, root, "P01", null, owner, Log("despool"));
        }

        public SiteKey Key { get; }

        public async Task RoundAsync()
        {
            await _scheduler.RunOnceAsync(CancellationToken.None);
            await _sender.RunOnceAsync(CancellationToken.None);
            await _sender.WhenIdleAsync();
            await _despooler.RunOnceAsync(CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await _sender.DisposeAsync();
            Key.Dispose();
        }
    }

    /// <summary>What the Bootstrap service's process does until the pointer is switched, and the site server's after.</summary>
    private sealed class SiteSide(IDisk disk, SmsRoot root, TimeProvider clock) : IAsyncDisposable
    {
        private SiteThreads? _threads;
        private BootstrapService? _bootstrap;
        private SiteConfigManager? _manager;

        public async Task RoundAsync()
        {
            if (BootstrapService.Enrol(disk, root, clock) is not { } identity)
            {
                return;
            }

            _threads ??= new SiteThreads(disk, root, identity, clock);
            var installed = ComponentSlots.Current(disk, root) is not null;
            if (!installed)
            {
                var log = new TraceLog(disk, root.BootstrapLog, identity.SiteCode, clock);
                _bootstrap ??= new BootstrapService(disk, root, identity, _threads.Status.With(log), log);
                if (await _bootstrap.RunOnceAsync(CancellationToken.None) == BootstrapOutcome.Stopped)
                {
                    _bootstrap = null; // the process ends; the parent's watchdog starts it again
                }
            }
            else
            {
                _manager ??= new SiteConfigManager(disk, root, identity, _threads.Status, () => [], clock, TraceLog.For(disk, root, "scman", identity.SiteCode, clock));
                await _manager.RunOnceAsync(CancellationToken.None);
            }

            await _threads.RoundAsync(despool: installed, CancellationToken.None);
            await _threads.WhenSentAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (_threads is not null)
            {
                await _threads.DisposeAsync();
            }
        }
    }
}
