using System.Globalization;
using System.Text;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>
/// SMS_SITE_CONFIG_MANAGER: makes the site what its site control file asks, and reports what is so.
/// <list type="bullet">
/// <item>Woken by a new .CT1 in SITECFG.BOX; the timer is the guarantee.</item>
/// <item>Reads SITECFG.BOX and what the site server says of its services.</item>
/// <item>May replace SITECTRL.CT0, hand a report to its route, and set aside a bad .CT1 with its error number as extension (KB121683).</item>
/// <item>Killed here: the .CT1 is still there and is applied again (the same wish twice is one state); a report on its way is gone on with.</item>
/// </list>
/// </summary>
public sealed class SiteConfigManager(
    IDisk disk,
    SmsRoot root,
    string siteCode,
    IReportRoute route,
    IStatusSink status,
    Func<IReadOnlyList<ServiceState>> services,
    TimeProvider clock,
    TraceLog log)
{
    /// <summary>That of a secondary, whose reports go to its parent.</summary>
    public SiteConfigManager(IDisk disk, SmsRoot root, SiteIdentity identity, StatusManager status, Func<IReadOnlyList<ServiceState>> services, TimeProvider clock, TraceLog log)
        : this(disk, root, identity.SiteCode, new ReportToParent(disk, root, identity, clock, log), status, services, clock, log)
    {
    }

    /// <summary>A report is sent at least this often (KB133113's Heartbeat: every 24 hours).</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromHours(24);

    private const int MaximumStates = 16 << 10;

    /// <summary>When the last report was sent, and what it said of the services.</summary>
    private string LastReport => Path.Combine(root.Trust, "LASTCT2");

    private string LastApplied => Path.Combine(root.Trust, "LASTCT1");

    /// <summary>Held by the site server's process for as long as it lives.</summary>
    public static string LockFile(SmsRoot root) => Path.Combine(root.Path, "SITE.SRV", "SITE.LCK");

    public Task RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var file in disk.ListFiles(root.SiteConfigBox, "*.CT1"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                Apply(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // One wish that cannot be applied now must not keep the others waiting, nor the report; it comes again with the next round.
                log.Error($"{Path.GetFileName(file)}: will try again: {e.Message}");
            }
        }

        // A wish that waits brings its own report.
        if (disk.ListFiles(root.SiteConfigBox, "*.CT1").Count == 0 && disk.FileExists(root.MasterSiteControlFile))
        {
            if (!disk.FileExists(LastReport) || (clock.GetUtcNow() - disk.LastWriteTime(LastReport)).Duration() > Heartbeat)
            {
                WriteReport("Heartbeat");
            }
            else if (Encoding.UTF8.GetString(disk.ReadAll(LastReport, MaximumStates)) != Describe(services()))
            {
                WriteReport("The services have been started.");
            }
        }

        route.GoOn();
        return Task.CompletedTask;
    }

    private void Apply(string file)
    {
        var name = Path.GetFileName(file);
        if (Read(file) is not { } wish)
        {
            return;
        }

        var envelope = Path.ChangeExtension(file, ".ENV");
        var sequence = Sequence(envelope);
        if (sequence < Applied)
        {
            log.Warning($"{name} is older than the site control file in force; dropped.");
        }
        else
        {
            disk.Write(root.MasterSiteControlFile, wish.ToBytes());
            disk.Write(LastApplied, Encoding.ASCII.GetBytes(sequence.ToString(CultureInfo.InvariantCulture)));
            WriteReport(wish.Image.Comment);
            log.Information($"{name} applied; SITECTRL.CT0 is its copy.");
            status.Raise(SiteComponents.SiteConfigManager, SiteEvents.SiteConfigured, TraceLevel.Information, $"Site {siteCode} is configured as {name} asks.");
        }

        // Last: until now the wish is there and is done again.
        disk.Delete(file);
        disk.Delete(envelope);
    }

    /// <summary>Number of the newest wish that was applied. An older one may still arrive, and must not turn the site back.</summary>
    private long Applied => disk.FileExists(LastApplied) && long.TryParse(Encoding.ASCII.GetString(disk.ReadAll(LastApplied, 32)), CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The parent's number of a wish, from the verified envelope beside it; one that a person laid here has none and is the newest.</summary>
    private long Sequence(string envelope) =>
        disk.FileExists(envelope) && Inbox.TryRead(disk, envelope, Instruction.MaximumLength, out _) is { } content && SiteJson.TryRead(content, SiteJson.Default.Envelope, out _) is { } read ? read.Sequence : Applied;

    /// <summary>The wish in a .CT1, or null when it was set aside.</summary>
    private SiteControlFile? Read(string file)
    {
        var parsed = SiteControlFile.Parse(Inbox.TryRead(disk, file, SiteControlFile.MaxBytes, out _) ?? []);
        if (parsed.Value is { } read && read.Image.TargetSite == siteCode)
        {
            return read;
        }

        var error = parsed.Error ?? new FormatError(FormatErrorCode.BadSiteInfo, 0, $"It is for site {parsed.Value!.Image.TargetSite}.");
        // Told first: a crash between the two tells it twice, the other way round never.
        status.Raise(SiteComponents.SiteConfigManager, SiteEvents.BadSiteControlFile, TraceLevel.Error, $"{Path.GetFileName(file)} cannot be used: {error}");
        Inbox.SetAside(disk, root.SiteConfigBox, error.ToString(), error.Extension, file);
        disk.Delete(Path.ChangeExtension(file, ".ENV"));
        return null;
    }

    private void WriteReport(string comment)
    {
        var master = SiteControlFile.Parse(disk.ReadAll(root.MasterSiteControlFile, SiteControlFile.MaxBytes)).Value;
        if (master is null)
        {
            return;
        }

        var states = services();
        route.Begin(SiteControlFile.From(Actual(master.Image, states, comment)).ToBytes());
        disk.CreateDirectory(root.Trust);
        disk.Write(LastReport, Encoding.UTF8.GetBytes(Describe(states)));
    }

    private static string Describe(IReadOnlyList<ServiceState> states) =>
        string.Join('\n', states.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Name} {s.State} {s.Since:O} {s.Restarts}")));

    private SiteControlImage Actual(SiteControlImage wish, IReadOnlyList<ServiceState> states, string comment)
    {
        return wish with
        {
            Build = SiteProgram.Version,
            Type = SiteControlFileType.Actual,
            Comment = comment,
            OriginatingSite = siteCode,
            PostedAt = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds()),
            Properties =
            [
                .. wish.Properties.Where(p => !p.Name.StartsWith(ServiceState.PropertyPrefix, StringComparison.Ordinal)),
                .. states.Select(s => new SiteControlProperty(ServiceState.PropertyPrefix + s.Name, s.State, s.Since.ToString("O", CultureInfo.InvariantCulture), (uint)s.Restarts)),
            ],
        };
    }
}

/// <summary>A service of this site as it is now.</summary>
public sealed record ServiceState(string Name, string State, DateTimeOffset Since, int Restarts)
{
    /// <summary>Site control property that carries it: Text1 the state, Text2 since when, Number the restarts.</summary>
    public const string PropertyPrefix = "Service State ";
}

/// <summary>What the site server notes of itself while it runs.</summary>
/// <param name="Restarts">How often it was started again after a death, since it was last stopped on purpose.</param>
public sealed record ServiceReport(int ProcessId, DateTimeOffset StartedAt, IReadOnlyList<string> Services, int Restarts)
{
    public IReadOnlyList<ServiceState> States() => [.. Services.Select(s => new ServiceState(s, "Running", StartedAt, Restarts))];
}
