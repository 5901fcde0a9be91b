using System.Text;
using System.Text.Json;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Content;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.TestKit;

/// <summary>
/// A parent site without a database, for tests of the site server: real Scheduler, Sender, Despooler and Collector over a root of its own, and a
/// Hierarchy Manager that is the test itself.
/// </summary>
public sealed class FileParent : IAddressBook, ISendObserver, IPeerKeys, ICollectSources, IAsyncDisposable
{
    private readonly Dictionary<string, LinkAddress> _addresses = [];
    private readonly Dictionary<string, byte[]> _keys = [];
    private readonly HashSet<string> _cancelled = [];
    private readonly string _folder;
    private readonly LinkFactory _links;
    private int _jobs;
    private long _nextWatch;

    public FileParent(IDisk? disk = null)
    {
        Disk = disk ?? PhysicalDisk.Instance;
        _folder = Directory.CreateTempSubdirectory("parent-").FullName;
        Root = new SmsRoot(Path.Combine(_folder, "P01"));
        Disk.CreateDirectory(Root.Receive);
        Disk.CreateDirectory(Root.Logs);
        Key = SiteKey.LoadOrCreate(Disk, Root);
        _links = new LinkFactory(Disk, new SiteProcesses(), TimeProvider.System);
        var options = SenderOptions.Default with { FirstRetry = TimeSpan.FromMilliseconds(200) };
        Scheduler = new Scheduler(Disk, Root, "P01", Key, TimeProvider.System, Log("sched"));
        Sender = new Sender(Disk, Root, this, _links, this, TimeProvider.System, Log("sender"), options);
        Despooler = new Despooler(Disk, Root, "P01", null, this, Log("despool"));
        Collector = new Collector(Disk, Root, _links, this, TimeProvider.System, Log("collect"), () => { });
    }

    public IDisk Disk { get; }

    public SmsRoot Root { get; }

    public SiteKey Key { get; }

    public Scheduler Scheduler { get; }

    public Sender Sender { get; }

    public Despooler Despooler { get; }

    public Collector Collector { get; }

    public List<SendRequest> Completed { get; } = [];

    public List<SendRequest> Failed { get; } = [];

    public List<SendRequest> Progress { get; } = [];

    /// <summary>A folder that goes with the parent, for the roots of its sites.</summary>
    public string NewDirectory(string name) => Path.Combine(_folder, name);

    public void AddAddress(LinkAddress address) => _addresses[address.Destination] = address;

    public void Trust(string source, byte[] publicKey) => _keys[source] = publicKey;

    public void Cancel(string jobId) => _cancelled.Add(jobId);

    public BootstrapOrder Order(string code, Guid incarnation, string token) => new(
        code,
        "P01",
        incarnation,
        Convert.ToBase64String(Key.PublicKey),
        token,
        _addresses[code].Transport == "ssh" ? new ReturnAddress("collect", null) : new ReturnAddress("path", Root.Path));

    public string PlaceBootstrap(BootstrapOrder order)
    {
        var id = JobIds.Format("P01", ++_jobs);
        Scheduler.Place(Disk, Root, new SystemJob(id, $"Bootstrap Job for {order.SiteCode}", SystemJobKind.Bootstrap, order.SiteCode, order.Incarnation, 1, null, null, null, order, TimeProvider.System.GetUtcNow()));
        return id;
    }

    public string PlacePackage(string code, Guid incarnation, byte[] payload, string type)
    {
        var id = JobIds.Format("P01", ++_jobs);
        var file = Scheduler.PayloadFile(Root, id);
        Disk.CreateDirectory(Root.ToSend);
        Disk.Write(file, payload);
        Scheduler.Place(Disk, Root, new SystemJob(id, $"Job for {code}", SystemJobKind.Package, code, incarnation, 1, file, type, EnvelopeStreams.Control, null, TimeProvider.System.GetUtcNow()));
        return id;
    }

    /// <param name="ballast">Bytes of a file beside the program that no compression makes smaller.</param>
    public static async Task<byte[]> SitePackageAsync(int ballast = 0)
    {
        var folder = Directory.CreateTempSubdirectory("package-").FullName;
        var program = SiteProgram.FrameworkDependent;
        foreach (var name in program.Files)
        {
            File.Copy(Path.Combine(program.Directory, name), Path.Combine(folder, name));
        }

        IReadOnlyList<string> files = program.Files;
        if (ballast > 0)
        {
            var bytes = new byte[ballast];
            new Random(7).NextBytes(bytes);
            await File.WriteAllBytesAsync(Path.Combine(folder, "ballast.bin"), bytes);
            files = [.. files, "ballast.bin"];
        }

        var target = Path.Combine(folder, "PK1");
        await SitePackage.BuildAsync(PhysicalDisk.Instance, folder, files, SiteProgram.Version, null, target, CancellationToken.None);
        var package = await File.ReadAllBytesAsync(target);
        Directory.Delete(folder, recursive: true);
        return package;
    }

    /// <summary>A whole PROPOSED site control file for a secondary.</summary>
    public static SiteControlFile ControlFile(string code, string directory) => SiteControlFile.From(new SiteControlImage
    {
        Build = SiteProgram.Version,
        Type = SiteControlFileType.Proposed,
        Comment = $"Install {code}",
        TargetSite = code,
        OriginatingSite = "P01",
        PostedAt = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000),
        Account = new SiteControlAccount(SiteControlSiteType.Secondary, code, "P01", "localhost", "SMS", "Site " + code, directory),
        Domains = [new SiteControlDomain("SMS", "", LogonServerSource.Enumerated, [])],
        Addresses = [new SiteControlAddress(code, "P01", "MS_LAN_SENDER", "LAN_DEFAULT", "return")],
        Outboxes = [new SiteControlOutbox("LAN_DEFAULT", "", "MS_LAN_SENDER", SiteControlOutbox.AlwaysOpen, 1, "", "localhost")],
        Components = [new SiteControlComponent(SiteComponentTraits.Install | SiteComponentTraits.SecondarySite, "SMS_SCHEDULER", "sms-site.dll", "localhost", "")],
        Senders = [new SiteControlSender(SiteComponentTraits.Install, "MS_LAN_SENDER", "sms-site.dll", "localhost", "", "SMS_LAN_SENDER", ["LAN_DEFAULT"])],
    });

    /// <summary>Rounds of all components until the condition holds.</summary>
    public async Task UntilAsync(Func<bool> condition, TimeSpan? atMost = null)
    {
        var until = Environment.TickCount64 + (long)(atMost ?? TimeSpan.FromMinutes(3)).TotalMilliseconds;
        while (!condition())
        {
            if (Environment.TickCount64 > until)
            {
                throw new TimeoutException("It did not come to pass. " + Describe());
            }

            await Scheduler.RunOnceAsync(CancellationToken.None);
            await Sender.RunOnceAsync(CancellationToken.None);
            await Despooler.RunOnceAsync(CancellationToken.None);
            if (Environment.TickCount64 >= _nextWatch)
            {
                // Not every round: a process takes longer than a round to show that it has started.
                _nextWatch = Environment.TickCount64 + 400;
                await Collector.RunOnceAsync(CancellationToken.None);
            }

            await Task.Delay(10);
        }
    }

    public IReadOnlyList<string> Reports(string code) => Disk.ListFiles(Root.SiteConfigBox, code + "*.CT2");

    public IReadOnlyList<SiteMessage> Messages() =>
        [.. Disk.ListFiles(Root.StatusBox, "*.SVF").SelectMany(f => JsonSerializer.Deserialize(File.ReadAllBytes(f), SiteJson.Default.IReadOnlyListSiteMessage)!)];

    /// <summary>The confirmation that phase 1 brought back, once it is there; its key is trusted from then on.</summary>
    public Enrolment? TakeEnrolment(string code, string token)
    {
        var file = Path.Combine(Root.SiteConfigBox, code + ".ENR");
        if (!Disk.FileExists(file))
        {
            return null;
        }

        var enrolment = JsonSerializer.Deserialize(File.ReadAllBytes(file), SiteJson.Default.Enrolment)!;
        if (!EnrolmentProof.IsValid(enrolment, token))
        {
            throw new InvalidOperationException("The enrolment proves nothing.");
        }

        Trust(code, Convert.FromBase64String(enrolment.PublicKey));
        return enrolment;
    }

    public ValueTask<LinkAddress?> FindAsync(string destination, CancellationToken cancellationToken) => ValueTask.FromResult(_addresses.GetValueOrDefault(destination));

    public ValueTask<byte[]?> FindAsync(string source, Guid incarnation, CancellationToken cancellationToken) => ValueTask.FromResult(_keys.GetValueOrDefault(source));

    public Task<IReadOnlyList<LinkAddress>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LinkAddress>>([.. _addresses.Values.Where(a => _keys.ContainsKey(a.Destination))]);

    public ValueTask<bool> MayGoOnAsync(string jobId, CancellationToken cancellationToken) => ValueTask.FromResult(!_cancelled.Contains(jobId));

    public ValueTask ProgressAsync(SendRequest request, CancellationToken cancellationToken)
    {
        lock (Progress)
        {
            Progress.Add(request);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask CompletedAsync(SendRequest request, CancellationToken cancellationToken)
    {
        lock (Completed)
        {
            Completed.Add(request);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask CancelledAsync(SendRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask FailedAsync(SendRequest request, CancellationToken cancellationToken)
    {
        lock (Failed)
        {
            Failed.Add(request);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Collector.DisposeAsync();
        await Sender.DisposeAsync();
        await _links.DisposeAsync();
        Key.Dispose();
        foreach (var address in _addresses.Values)
        {
            SiteKill.All(address.Directory);
        }

        for (var attempt = 0; Directory.Exists(_folder); attempt++)
        {
            try
            {
                Directory.Delete(_folder, recursive: true);
            }
            catch (IOException) when (attempt < 50)
            {
                await Task.Delay(20); // a killed process may still have been writing
            }
        }
    }

    private TraceLog Log(string component) => TraceLog.For(Disk, Root, component, "P01", TimeProvider.System);

    private string Describe()
    {
        var text = new StringBuilder();
        foreach (var log in Directory.EnumerateFiles(_folder, "*.*", SearchOption.AllDirectories).Where(f => f.EndsWith(".log", StringComparison.OrdinalIgnoreCase)))
        {
            text.Append('\n').Append(log).Append(":\n").Append(File.ReadAllText(log));
        }

        return text.ToString();
    }
}
