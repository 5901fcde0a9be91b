using System.Globalization;
using Microsoft.EntityFrameworkCore;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>All checks of a creation, in the order a person would make them. Nothing is changed here or at the far side.</summary>
internal sealed class Preflight(EngineStore store, PrimarySite primary, ILinkFactory links, IDisk disk, TimeProvider clock)
{
    /// <summary>Components unpacked twice (two slots), the packages, and room for logs.</summary>
    public const long NeededBytes = 300L << 20;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    public async Task<PreflightReport> RunAsync(NewSite site, CancellationToken cancellationToken)
    {
        var checks = new List<PreflightCheck>();
        var wrong = SiteRules.Check(site).ToList();
        // What is right by itself is also asked about while something else is wrong: a code that is taken is never called free.
        var code = !wrong.Exists(e => e.Code.StartsWith("site.code", StringComparison.Ordinal));
        var place = !wrong.Exists(e => e.Code.StartsWith("directory.", StringComparison.Ordinal) || e.Code is "address.missing" or "address.transportInvalid" or "address.hostInvalid");
        wrong.AddRange(await store.ReadAsync((db, token) => CheckKnownAsync(db, primary, site, code, place, token), cancellationToken));

        Add(checks, wrong, "Site code", "site.code", "The site code is free.");
        Add(checks, wrong, "Site name", "site.name", "The name can be used.");
        Add(checks, wrong, "Install directory", "directory.", place ? "The path belongs to no other site." : null);
        Add(checks, wrong, "Address", "address.", "The address is complete.");
        if (wrong.Count > 0)
        {
            checks.Add(new PreflightCheck("Connection", CheckOutcome.Skipped, "Not tried: correct the fields first.", "host.notTried", null));
        }
        else
        {
            await ProbeAsync(site, checks, cancellationToken);
        }

        return new PreflightReport(checks, clock.GetUtcNow());
    }

    /// <summary>What the database knows against it; also asked inside the transaction that creates the site.</summary>
    public static Task<List<CommandError>> CheckKnownAsync(Data.SmsContext db, PrimarySite primary, NewSite site, CancellationToken cancellationToken) =>
        CheckKnownAsync(db, primary, site, code: true, place: true, cancellationToken);

    private static async Task<List<CommandError>> CheckKnownAsync(Data.SmsContext db, PrimarySite primary, NewSite site, bool code, bool place, CancellationToken cancellationToken)
    {
        var errors = new List<CommandError>();
        if (code && (site.Code == primary.Code || await db.Sites.AnyAsync(s => s.Code == site.Code, cancellationToken)))
        {
            errors.Add(new CommandError(CommandErrorKind.Conflict, "site.codeTaken", $"There is a site {site.Code} already.", "code"));
        }

        if (place)
        {
            await CheckPlaceAsync(db, primary, site, errors, cancellationToken);
        }

        return errors;
    }

    private static async Task CheckPlaceAsync(Data.SmsContext db, PrimarySite primary, NewSite site, List<CommandError> errors, CancellationToken cancellationToken)
    {
        var place = InstallPlace.Of(site);
        if (place.Meets(InstallPlace.OfPrimary(primary)))
        {
            errors.Add(new CommandError(CommandErrorKind.Invalid, "directory.primaryRoot", "The install directory is, holds or lies inside this primary's own data directory.", "installDirectory"));
        }

        // Whether two places meet is no question for a database; there are as many addresses as sites, and four short columns of each are read.
        var addresses = await db.Addresses.Where(a => a.Destination != site.Code).Select(a => new { a.Destination, a.Transport, a.Host, a.Directory }).ToListAsync(cancellationToken);
        foreach (var address in addresses)
        {
            if (InstallPlace.Of(address.Transport, address.Host, address.Directory).Meets(place))
            {
                errors.Add(new CommandError(CommandErrorKind.Conflict, "directory.inUse", $"Site {address.Destination} has its files there.", "installDirectory"));
                break;
            }
        }
    }

    /// <summary>What a link's failure means, in plain words.</summary>
    public static (string Name, string Code, string Text, string? Field) Explain(LinkException e) => e.Stage switch
    {
        LinkStage.Resolve => ("Connection", "host.unreachable", "The host name is not known. " + e.Message, "address.host"),
        LinkStage.Connect => ("Connection", "host.unreachable", "The host does not answer. " + e.Message, "address.host"),
        LinkStage.HostKey => ("Host key", "address.hostKeyChanged", "The host shows another key than the one accepted: it was set up anew, or it is another machine. " + e.Message, "address.hostKey"),
        LinkStage.Authenticate => ("Account", "account.refused", "The host refuses the account. " + e.Message, "address.user"),
        LinkStage.Directory => ("Directory at the site", "directory.notWritable", "The account cannot use the install directory. " + e.Message, "installDirectory"),
        LinkStage.Program or LinkStage.Start => ("Site server", "host.programFailed", "A program needed there does not run. " + e.Message, null),
        LinkStage.Transfer => ("Connection", "host.unreachable", "The connection broke. " + e.Message, "address.host"),
    };

    public static LinkAddress Address(NewSite site) => new(
        site.Code,
        site.Address.Transport == LinkTransport.Local ? "local" : "ssh",
        site.InstallDirectory,
        site.Address.Host,
        site.Address.Port ?? 22,
        site.Address.User,
        site.Address.PrivateKey,
        site.Address.HostKey);

    private async Task ProbeAsync(NewSite site, List<PreflightCheck> checks, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = clock.CreateTimer(_ => limit.Cancel(), null, _patience, Timeout.InfiniteTimeSpan);
        try
        {
            await using var link = await links.OpenAsync(Address(site), limit.Token);
            Judge(await link.ProbeAsync(limit.Token), checks);
        }
        catch (LinkException e)
        {
            var (name, code, text, field) = Explain(e);
            checks.Add(new PreflightCheck(name, CheckOutcome.Failed, text, code, field));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            checks.Add(new PreflightCheck("Connection", CheckOutcome.Failed, $"The host did not answer within {_patience.TotalSeconds:0} s.", "host.unreachable", "address.host"));
        }
    }

    private void Judge(LinkProbe probe, List<PreflightCheck> checks)
    {
        checks.Add(new PreflightCheck("Connection", CheckOutcome.Passed, $"{probe.OperatingSystem}{(probe.RuntimeId is { } id ? $" ({id})" : "")}, as {probe.User}.", "host.unreachable", null));
        checks.Add(probe.DirectoryState switch
        {
            _ when probe.Occupant is { } occupant => new PreflightCheck("Directory at the site", CheckOutcome.Failed, $"{occupant} Choose another.", "directory.otherSite", "installDirectory"),
            DirectoryState.NotEmpty => new PreflightCheck("Directory at the site", CheckOutcome.Failed, "The install directory is not empty. Choose another, or empty it.", "directory.notEmpty", "installDirectory"),
            DirectoryState.NotADirectory => new PreflightCheck("Directory at the site", CheckOutcome.Failed, "There is a file of that name.", "directory.notADirectory", "installDirectory"),
            _ when !probe.Writable => new PreflightCheck("Directory at the site", CheckOutcome.Failed, "The account may not write there.", "directory.notWritable", "installDirectory"),
            DirectoryState.Absent => new PreflightCheck("Directory at the site", CheckOutcome.Passed, "It will be created.", "directory.notEmpty", null),
            _ => new PreflightCheck("Directory at the site", CheckOutcome.Passed, "It is empty.", "directory.notEmpty", null),
        });
        var free = (probe.FreeBytes >> 20).ToString("N0", CultureInfo.InvariantCulture);
        checks.Add(probe.FreeBytes >= NeededBytes
            ? new PreflightCheck("Disk space", CheckOutcome.Passed, $"{free} MiB free.", "disk.tooLittle", null)
            : new PreflightCheck("Disk space", CheckOutcome.Failed, $"{free} MiB free, {NeededBytes >> 20} MiB are needed.", "disk.tooLittle", "installDirectory"));
        checks.Add(new PreflightCheck("Site server", SiteProgram.For(disk, probe, out var explanation) is null ? CheckOutcome.Failed : CheckOutcome.Passed, explanation, "runtime.missing", "address.host"));
    }

    /// <summary>One check per group of fields, so that a person sees which are right.</summary>
    /// <param name="passed">What is so without an error; null where that is not known yet.</param>
    private static void Add(List<PreflightCheck> checks, List<CommandError> errors, string name, string prefix, string? passed)
    {
        var mine = errors.Where(e => e.Code.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        checks.AddRange(mine.Select(e => new PreflightCheck(name, CheckOutcome.Failed, e.Message, e.Code, e.Field)));
        if (mine.Count == 0)
        {
            checks.Add(passed is null
                ? new PreflightCheck(name, CheckOutcome.Skipped, "Not checked: say first how the site is reached.", prefix.TrimEnd('.'), null)
                : new PreflightCheck(name, CheckOutcome.Passed, passed, prefix.TrimEnd('.'), null));
        }
    }
}
