using System.Text.Json;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Content;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.TestKit;

/// <summary>
/// A whole installation in one process and without waiting: the components of parent and site over real directories, each side on a disk of its own that
/// may fail. A side whose disk has crashed is started anew on a sound one. The parent's Hierarchy Manager is a few lines here: what it has decided it
/// remembers (a database would), what it does it does again until the components have taken it.
/// </summary>
public sealed partial class InProcessInstall : IAddressBook, ISendObserver, IPeerKeys, ILinkFactory, ISiteProcesses, IAsyncDisposable
{
    private const string Code = "S01";
    private static readonly Guid _incarnation = new("5f0f7c0a-3c1f-4f35-9f2e-2b1d8a6a1c01");
    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly string _token = EnrolmentProof.NewToken();
    private readonly string _folder;
    private readonly HashSet<string> _placed = [];
    private ParentSide? _parent;
    private SiteSide? _site;
    private byte[]? _siteKey;
    private int _attempt;

    private InProcessInstall(string folder, byte[] package, CrashingDisk parentDisk, CrashingDisk siteDisk)
    {
        _folder = folder;
        Package = package;
        ParentDisk = parentDisk;
        SiteDisk = siteDisk;
        ParentRoot = new SmsRoot(Path.Combine(folder, "P01"));
        SiteRoot = new SmsRoot(Path.Combine(folder, Code));
    }

    /// <summary>The site package that the next site install job brings.</summary>
    public byte[] Package { get; set; }

    public SmsRoot ParentRoot { get; }

    public SmsRoot SiteRoot { get; }

    public CrashingDisk ParentDisk { get; private set; }

    public CrashingDisk SiteDisk { get; private set; }

    /// <summary>Restarts after a crash, of either side.</summary>
    public int Restarts { get; private set; }

    public int Rounds { get; private set; }

    public HashSet<string> Completed { get; } = [];

    public List<string> Failed { get; } = [];

    /// <summary>Copies of what lay in the site's RECEIVE, by name: to be sent again.</summary>
    public Dictionary<string, byte[]> Received { get; } = [];

    /// <summary>A place whose flushes cost nothing where there is one: thousands of them are done.</summary>
    public static string NewFolder() => Directory.Exists("/dev/shm")
        ? Directory.CreateDirectory($"/dev/shm/sms-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("sms-").FullName;

    /// <param name="makeParentDisk">Gets the folders the parent may touch.</param>
    /// <param name="makeSiteDisk">Gets the folders the site may touch.</param>
    public static InProcessInstall Start(byte[] package, Func<string[], CrashingDisk>? makeParentDisk = null, Func<string[], CrashingDisk>? makeSiteDisk = null)
    {
        var folder = NewFolder();
        string[] roots = [Path.Combine(folder, "P01"), Path.Combine(folder, Code), Path.Combine(folder, "BOOTSTRP.LOG"), Path.GetDirectoryName(AppContext.BaseDirectory)!];
        return new InProcessInstall(folder, package, makeParentDisk?.Invoke(roots) ?? Sound(), makeSiteDisk?.Invoke(roots) ?? Sound());
    }

    /// <summary>A small package with a directory level, so that many installations fit in a test.</summary>
    public static async Task<byte[]> SmallPackageAsync()
    {
        var folder = NewFolder();
        Directory.CreateDirectory(Path.Combine(folder, "lib"));
        var random = new Random(1);
        foreach (var (name, length) in ((string, int)[])[("SYSTEM.MAP", 900), ("sms-site.dll", 70_000), ("lib/one.bin", 3_000), ("lib/empty.bin", 0)])
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            await File.WriteAllBytesAsync(Path.Combine(folder, name), bytes);
        }

        var target = Path.Combine(folder, "PK1");
        await SitePackage.BuildAsync(PhysicalDisk.Instance, folder, ["SYSTEM.MAP", "sms-site.dll", "lib/one.bin", "lib/empty.bin"], "1.0.0", null, target, CancellationToken.None);
        var package = await File.ReadAllBytesAsync(target);
        Directory.Delete(folder, recursive: true);
        return package;
    }

    public IReadOnlyList<string> Reports => PhysicalDisk.Instance.ListFiles(ParentRoot.SiteConfigBox, Code + "*.CT2");

    public IReadOnlyList<SiteMessage> Messages =>
        [.. PhysicalDisk.Instance.ListFiles(ParentRoot.StatusBox, "*.SVF").SelectMany(f => JsonSerializer.Deserialize(File.ReadAllBytes(f), SiteJson.Default.IReadOnlyListSiteMessage)!)];

    /// <summary>True once the report is at the parent and nothing is left to do anywhere.</summary>
    public bool IsAtRest => Reports.Count > 0 && Messages.Any(m => m.MessageId == SiteEvents.SiteConfigured)
        && _placed.Count == 3 && Leftovers().Count == 0;

    /// <summary>Files in any inbox or outbox of either side that somebody should still have dealt with.</summary>
    public IReadOnlyList<string> Leftovers()
    {
        var left = new List<string>();
        foreach (var root in (SmsRoot[])[ParentRoot, SiteRoot])
        {
            foreach (var (box, pattern) in ((string, string)[])[(root.ScheduleBox, "*.JOB"), (root.Outbox(Scheduler.LanOutbox), "*"), (root.Receive, "*"), (root.SiteConfigBox, "*.CT1")])
            {
                left.AddRange(PhysicalDisk.Instance.ListFiles(box, pattern));
            }
        }

        left.AddRange(PhysicalDisk.Instance.ListFiles(SiteRoot.StatusBox));
        left.AddRange(PhysicalDisk.Instance.ListFiles(SiteRoot.SiteConfigBox, "*.CT2"));
        return left;
    }

    /// <summary>Everything either side set aside.</summary>
    public IReadOnlyList<string> SetAside() => [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(f => f.Contains("/BAD/", StringComparison.Ordinal))];

    public string Tree() => string.Join('\n', Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Order().Select(f => $"{f[_folder.Length..]} {new FileInfo(f).Length}"));

    public string Logs() => string.Join('\n', Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(f => f.EndsWith(".log", StringComparison.OrdinalIgnoreCase)).Order().Select(f => f + ":\n" + File.ReadAllText(f)));

    /// <summary>Rounds of both sides until the condition holds.</summary>
    public async Task<bool> RunAsync(Func<bool> until, int atMost = 60, Action<int>? eachRound = null)
    {
        for (var round = 0; round < atMost; round++)
        {
            Rounds++;
            await ParentRoundAsync();
            foreach (var file in PhysicalDisk.Instance.ListFiles(SiteRoot.Receive))
            {
                Received[Path.GetFileName(file)] = await File.ReadAllBytesAsync(file);
            }

            await SiteRoundAsync();
            eachRound?.Invoke(round);
            if (!ParentDisk.Crashed && !SiteDisk.Crashed && until())
            {
                return true;
            }

            _clock.Advance(TimeSpan.FromMinutes(3)); // past every retry
        }

        return false;
    }

    private static string Job(int number) => JobIds.Format("P01", number);

    private async Task ParentRoundAsync()
    {
        try
        {
            _parent ??= new ParentSide(this, ParentDisk);
            Decide(ParentDisk);
            await _parent.RoundAsync();
        }
        catch (Exception e) when (e is IOException or SimulatedCrashException)
        {
            // As a worker would: the next round tries again.
        }

        if (ParentDisk.Crashed)
        {
            Restarts++;
            if (_parent is not null)
            {
                await _parent.DisposeAsync();
            }

            _parent = null;
            ParentDisk = Sound();
        }
    }

    private async Task SiteRoundAsync()
    {
        try
        {
            if (!SiteDisk.Crashed)
            {
                _site ??= new SiteSide(SiteDisk, SiteRoot, _clock);
                await _site.RoundAsync();
            }
        }
        catch (Exception e) when (e is IOException or SimulatedCrashException)
        {
            // As the process would.
        }

        if (SiteDisk.Crashed)
        {
            await RestartSiteAsync();
        }
    }

    private async Task RestartSiteAsync()
    {
        Restarts++;
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }

        _site = null;
        SiteDisk = Sound();
    }

    private static CrashingDisk Sound() => new(-1, DiskFault.Before);

    /// <summary>The three jobs of an installation, each once what it waits for has happened.</summary>
    private void Decide(CrashingDisk disk)
    {
        var order = new BootstrapOrder(Code, "P01", _incarnation, Convert.ToBase64String(_parent!.Key.PublicKey), _token, new ReturnAddress("path", ParentRoot.Path));
        Place(disk, Job(1), SystemJobKind.Bootstrap, null, null, order);
        var enrolment = Path.Combine(ParentRoot.SiteConfigBox, Code + ".ENR");
        if (!disk.FileExists(enrolment) || !Completed.Contains(Job(1)))
        {
            return;
        }

        var confirmed = JsonSerializer.Deserialize(disk.ReadAll(enrolment, 16 << 10), SiteJson.Default.Enrolment)!;
        _siteKey = EnrolmentProof.IsValid(confirmed, _token) ? Convert.FromBase64String(confirmed.PublicKey) : throw new InvalidOperationException("The enrolment proves nothing.");
        Place(disk, Job(2), SystemJobKind.Package, Package, EnvelopeTypes.SitePackage, null);
        Place(disk, Job(3), SystemJobKind.Package, FileParent.ControlFile(Code, SiteRoot.Path).ToBytes(), EnvelopeTypes.SiteControl, null);
    }

    private void Place(CrashingDisk disk, string id, SystemJobKind kind, byte[]? payload, string? type, BootstrapOrder? order)
    {
        if (_placed.Contains(id))
        {
            return;
        }

        var job = kind == SystemJobKind.Bootstrap ? id : id + _attempt;
        var file = payload is null ? null : Scheduler.PayloadFile(ParentRoot, job);
        if (file is not null)
        {
            disk.CreateDirectory(ParentRoot.ToSend);
            disk.Write(file, payload);
        }

        Scheduler.Place(disk, ParentRoot, new SystemJob(job, $"Job for {Code}", kind, Code, _incarnation, 1, file, type, file is null ? null : EnvelopeStreams.Control, order, _clock.GetUtcNow()));
        _placed.Add(id);
    }

    public ValueTask<LinkAddress?> FindAsync(string destination, CancellationToken cancellationToken) =>
        ValueTask.FromResult<LinkAddress?>(new LinkAddress(destination, "local", SiteRoot.Path));

    public ValueTask<byte[]?> FindAsync(string source, Guid incarnation, CancellationToken cancellationToken) =>
        ValueTask.FromResult(source == Code && incarnation == _incarnation ? _siteKey : null);

    public Task<ISiteLink> OpenAsync(LinkAddress address, CancellationToken cancellationToken) =>
        Task.FromResult<ISiteLink>(new PathLink(ParentDisk, this, address.Directory, new FastTimeProvider(_clock.GetUtcNow())));

    public Task<IReadOnlyList<string>> ScanHostKeysAsync(string host, int port, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<bool> ISiteProcesses.IsServiceAsync(SmsRoot root, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>The Bootstrap service starts: all that its parent waits for is its enrolment. Started again when it dies of its disk.</summary>
    public void StartDetached(string programDirectory, string verb, string root)
    {
        if (verb != "bootstrap" || SiteDisk.Crashed)
        {
            return; // SiteRoundAsync is what runs
        }

        try
        {
            BootstrapService.Enrol(SiteDisk, SiteRoot, _clock);
        }
        catch (Exception e) when (e is IOException or SimulatedCrashException)
        {
            if (SiteDisk.Crashed)
            {
                Restarts++;
                _ = _site?.DisposeAsync().AsTask();
                _site = null;
                SiteDisk = Sound();
            }
        }
    }

    public ValueTask<bool> MayGoOnAsync(string jobId, CancellationToken cancellationToken) => ValueTask.FromResult(true);

    public ValueTask ProgressAsync(SendRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask CompletedAsync(SendRequest request, CancellationToken cancellationToken)
    {
        Completed.Add(request.JobId);
        return ValueTask.CompletedTask;
    }

    public ValueTask CancelledAsync(SendRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask FailedAsync(SendRequest request, CancellationToken cancellationToken)
    {
        Failed.Add($"{request.JobId}: {request.Reason}");
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends both packages again, as Retry does after 382 to 386.</summary>
    public void Retry()
    {
        _attempt++;
        _placed.Remove(Job(2));
        _placed.Remove(Job(3));
    }

    public async ValueTask DisposeAsync()
    {
        if (_parent is not null)
        {
            await _parent.DisposeAsync();
        }

        if (_site is not null)
        {
            await _site.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
