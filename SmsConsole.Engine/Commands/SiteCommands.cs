using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.Data.Sites;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Formats;

namespace SmsConsole.Engine;

/// <inheritdoc/>
internal sealed partial class SiteCommands(
    EngineStore store,
    PrimarySite primary,
    PhaseChanger phases,
    SystemJobs jobs,
    Preflight preflight,
    SiteLogs logs,
    ISiteQueries queries,
    ILinkFactory links,
    IDataProtectionProvider protection,
    TimeProvider clock,
    ILogger<SiteCommands> log) : ISiteCommands
{
    private readonly IDataProtector _privateKeys = AddressBook.Protector(protection);

    public async Task<CommandResult<PreflightReport>> PreflightAsync(Actor actor, NewSite site, CancellationToken cancellationToken = default) =>
        Authorization.Refuse(actor, Role.Operator) is { } refused ? refused : await preflight.RunAsync(site, cancellationToken);

    public async Task<CommandResult<SiteRow>> CreateSecondarySiteAsync(Actor actor, NewSite site, CancellationToken cancellationToken = default)
    {
        if (Authorization.Refuse(actor, Role.Administrator) is { } refused)
        {
            await RefusedAsync(actor, "site.create", site.Code, refused, cancellationToken);
            return refused;
        }

        var report = await preflight.RunAsync(site, cancellationToken);
        if (!report.Passed)
        {
            var errors = report.Checks.Where(c => c.Outcome == CheckOutcome.Failed)
                .Select(c => new CommandError(c.Code is "site.codeTaken" or "directory.inUse" ? CommandErrorKind.Conflict : CommandErrorKind.Invalid, c.Code, c.Text, c.Field)).ToArray();
            await RefusedAsync(actor, "site.create", site.Code, errors[0], cancellationToken);
            return errors;
        }

        var known = await store.CommandAsync((db, token) => CreateAsync(db, actor, site, token), cancellationToken);
        if (known.Count > 0)
        {
            // Somebody else was first, between the preflight and the transaction.
            return known.ToArray();
        }

        LogCreated(site.Code, actor.UserName);
        return (await queries.FindAsync(site.Code, cancellationToken))!.Site;
    }

    public async Task<CommandResult> RetryAsync(Actor actor, string code, CancellationToken cancellationToken = default)
    {
        if (Authorization.Refuse(actor, Role.Operator) is { } refused)
        {
            await RefusedAsync(actor, "site.retry", code, refused, cancellationToken);
            return CommandResult.Failure(refused);
        }

        var error = await store.CommandAsync((db, token) => code == primary.Code ? RetryOwnAsync(db, actor, token) : RetryAsync(db, actor, code, token), cancellationToken);
        return error is null ? CommandResult.Success : CommandResult.Failure(error);
    }

    public async Task<CommandResult<IReadOnlyList<OfferedHostKey>>> ScanHostKeysAsync(Actor actor, string host, int port, CancellationToken cancellationToken = default)
    {
        if (Authorization.Refuse(actor, Role.Operator) is { } refused)
        {
            return refused;
        }

        if ((SiteRules.CheckHost(host) ?? SiteRules.CheckPort(port)) is { } wrong)
        {
            return wrong;
        }

        try
        {
            var offered = await links.ScanHostKeysAsync(host, port, cancellationToken);
            return offered.Select(Describe).OfType<OfferedHostKey>().ToList();
        }
        catch (LinkException e)
        {
            var (_, code, text, field) = Preflight.Explain(e);
            return new CommandError(CommandErrorKind.Invalid, code, text, field);
        }
    }

    public async Task<CommandResult<LogSlice>> ReadLogAsync(Actor actor, string code, string component, long offset, CancellationToken cancellationToken = default)
    {
        if (Authorization.Refuse(actor, Role.Viewer) is { } refused)
        {
            return refused;
        }

        return SiteRules.IsLogName(component)
            ? await logs.ReadAsync(code, component, offset, cancellationToken)
            : new CommandError(CommandErrorKind.Invalid, "log.nameInvalid", "A log is named after its component: letters and digits.", "component");
    }

    private async Task<CommandError?> RetryAsync(SmsContext db, Actor actor, string code, CancellationToken cancellationToken)
    {
        var site = await db.Sites.FirstOrDefaultAsync(s => s.Code == code && s.ParentCode == primary.Code, cancellationToken);
        if (site is null)
        {
            return new CommandError(CommandErrorKind.NotFound, "site.unknown", $"There is no secondary site {code}.");
        }

        var from = SiteState.Of(site).ToString();
        var outcome = await phases.MoveAsync(
            db,
            SeenSite.Of(site),
            new SiteMove(SiteEvent.Retry, $"{actor.UserName} asked to go on.", actor.UserName),
            async (context, row, inner) =>
            {
                await jobs.AddAsync(context, row, SiteTransitions.JobOf(SiteState.Of(row))!.Value, inner);
                context.Audit.Add(Authorization.Audit(context, actor, "site.retry", code, SiteState.Of(row).ToString(), before: from));
            },
            cancellationToken);
        return outcome == MoveOutcome.Moved ? null : new CommandError(CommandErrorKind.Conflict, "site.notFailed", $"Site {code} is {from}: there is nothing to retry.");
    }

    /// <summary>This primary never fails as a whole; what can is the way of its own site control file.</summary>
    private async Task<CommandError?> RetryOwnAsync(SmsContext db, Actor actor, CancellationToken cancellationToken)
    {
        if (!await PrimaryAddressing.RetryAsync(db, cancellationToken))
        {
            return new CommandError(CommandErrorKind.Conflict, "site.notFailed", $"Nothing of site {primary.Code} has failed: there is nothing to retry.");
        }

        db.Audit.Add(Authorization.Audit(db, actor, "site.retry", primary.Code, "site control file"));
        return null;
    }

    /// <summary>All of a new site's rows; what is against it, with nothing written, otherwise.</summary>
    private async Task<List<CommandError>> CreateAsync(SmsContext db, Actor actor, NewSite wanted, CancellationToken cancellationToken)
    {
        var known = await Preflight.CheckKnownAsync(db, primary, wanted, cancellationToken);
        if (known.Count > 0)
        {
            db.Abandon();
            return known;
        }

        if (!await db.Sites.AnyAsync(s => s.Code == primary.Code, cancellationToken))
        {
            db.Abandon();
            return [new CommandError(CommandErrorKind.Conflict, "engine.notStarted", "The engine has not set up this primary yet; start it and try again.")];
        }

        var site = new Site
        {
            Code = wanted.Code,
            Name = wanted.Name,
            Type = SiteType.Secondary,
            ParentCode = primary.Code,
            InstallDirectory = wanted.InstallDirectory,
            Incarnation = Guid.NewGuid(),
            CreatedAt = db.Now,
        };
        PhaseChanger.Begin(db, site, actor.UserName);
        db.Sites.Add(site);
        var now = clock.GetUtcNow();
        await SiteReports.AddImageAsync(db, site.Code, ControlImageKind.NewSite, SiteControlFile.From(SiteImages.Secondary(wanted, primary.Code, now, SiteControlFileType.NewSite)).ToText(), cancellationToken);
        await SiteReports.AddImageAsync(db, site.Code, ControlImageKind.Proposed, SiteControlFile.From(SiteImages.Secondary(wanted, primary.Code, now, SiteControlFileType.Proposed)).ToText(), cancellationToken);
        db.Addresses.RemoveRange(await db.Addresses.Where(a => a.Destination == site.Code).ToListAsync(cancellationToken));
        await db.SaveChangesAsync(cancellationToken);
        db.Addresses.Add(Address(wanted));
        db.Audit.Add(Authorization.Audit(db, actor, "site.create", site.Code, $"{site.Name}, {wanted.Address.Transport} {wanted.Address.Host} {site.InstallDirectory}"));
        db.StatusMessages.Add(SmsEvents.Message(db.Now, primary.Code, SmsEvents.NewSiteInitiated, Severity.Information, $"Site creation has been initiated: {site.Code} ({site.Name})."));
        return [];
    }

    private SiteAddress Address(NewSite site)
    {
        var isSsh = site.Address.Transport == LinkTransport.Ssh;
        return new SiteAddress
        {
            Destination = site.Code,
            Sender = site.Address.Sender,
            Transport = site.Address.Transport,
            Host = isSsh ? site.Address.Host : null,
            Port = isSsh ? site.Address.Port ?? 22 : null,
            User = isSsh ? site.Address.User : null,
            ProtectedPrivateKey = isSsh && site.Address.PrivateKey is { } key ? _privateKeys.Protect(key) : null,
            HostKey = isSsh ? site.Address.HostKey : null,
            Directory = site.InstallDirectory,
        };
    }

    /// <summary>A refused attempt changes nothing but the audit.</summary>
    private Task<bool> RefusedAsync(Actor actor, string action, string? target, CommandError error, CancellationToken cancellationToken)
    {
        LogRefused(primary.Code, actor.UserName, action, error.Code);
        return store.CommandAsync(
            (db, _) =>
            {
                db.Audit.Add(Authorization.Audit(db, actor, action, Cut(target), error.Code, succeeded: false));
                return Task.FromResult(true);
            },
            cancellationToken);
    }

    private static string Cut(string? text) => string.IsNullOrEmpty(text) ? "-" : text.Length <= 64 ? text : text[..64];

    private static OfferedHostKey? Describe(string line)
    {
        var parts = line.Split(' ', 3);
        return Projections.HostKeyFingerprint(line) is { } fingerprint ? new OfferedHostKey(parts[0], $"{parts[0]} {parts[1]}", fingerprint) : null;
    }

    [LoggerMessage(2951, LogLevel.Information, "{SiteCode}: site creation has been initiated by {User}.")]
    private partial void LogCreated(string siteCode, string user);

    [LoggerMessage(2952, LogLevel.Warning, "{SiteCode}: {Action} by {User} refused: {Error}.")]
    private partial void LogRefused(string siteCode, string user, string action, string error);
}
