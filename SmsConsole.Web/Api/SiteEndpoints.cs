using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Api;

/// <summary>One site: what lists say of it, and its details.</summary>
internal sealed record SiteDocument(
    string Code, string Name, SiteType Type, string? ParentCode, SiteStatus Status, DetailedStatus DetailedStatus, int DetailedStatusCode, int Phase, string PhaseText,
    bool UnderConstruction, WaitRow? WaitingFor, string? Version, DateTimeOffset? LastReportAt, long Revision,
    string InstallDirectory, AddressRow? Address, IReadOnlyList<PhaseRow> Phases, SiteFailure? Failure, IReadOnlyList<ServiceRow> Services,
    string? Incarnation, string? PublicKeyFingerprint, DateTimeOffset CreatedAt, DateTimeOffset AsOf)
{
    public static SiteDocument Of(SiteDetails d) => new(
        d.Site.Code, d.Site.Name, d.Site.Type, d.Site.ParentCode, d.Site.Status, d.Site.DetailedStatus, d.Site.DetailedStatusCode, d.Site.Phase, d.Site.PhaseText,
        d.Site.UnderConstruction, d.Site.WaitingFor, d.Site.Version, d.Site.LastReportAt, d.Site.Revision,
        d.InstallDirectory, d.Address, d.Phases, d.Failure, d.Services, d.Incarnation, d.PublicKeyFingerprint, d.CreatedAt, d.AsOf);
}

internal sealed record ScanRequest(string Host, int? Port = null);

internal static class SiteEndpoints
{
    public static void MapSites(this IEndpointRouteBuilder api)
    {
        var sites = api.MapGroup("/sites").WithTags("Sites");
        sites.MapGet("/", ListAsync).WithSummary("Sites, the tree's rows").Produces<Page<SiteRow>>();
        sites.MapPost("/", CreateAsync).RequireAuthorization(Policies.Administrator).WithSummary("Site creation has been initiated").Produces<SiteRow>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        sites.MapPost("/preflight", PreflightAsync).RequireAuthorization(Policies.Operator).WithSummary("Every check of a creation; changes nothing").Produces<PreflightReport>();
        sites.MapGet("/{code}", FindAsync).WithSummary("One site").Produces<SiteDocument>().ProducesProblem(StatusCodes.Status404NotFound);
        sites.MapGet("/{code}/history", HistoryAsync).WithSummary("Every status and phase change").Produces<Page<SiteHistoryRow>>();
        sites.MapGet("/{code}/control-files/{kind}", ControlFileAsync).WithSummary("The proposed or actual site control file").Produces<string>(contentType: "text/plain");
        sites.MapGet("/{code}/addresses", AddressesAsync).WithSummary("How the site is reached").Produces<Page<AddressRow>>();
        sites.MapPost("/{code}/retry", RetryAsync).RequireAuthorization(Policies.Operator).WithSummary("Sends a failed site back to the phase it left").Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);
        sites.MapGet("/{code}/log/{component}", LogAsync).WithSummary("A component's log; a negative offset counts from its end").Produces<LogSlice>();
        api.MapGet("/logs/{code}/{component}", LogAsync).WithTags("Logs").WithSummary("A component's log; a negative offset counts from its end").Produces<LogSlice>();
        api.MapPost("/hosts/scan", ScanAsync).RequireAuthorization(Policies.Operator).WithTags("Hosts").WithSummary("The keys a host offers").Produces<OfferedHostKey[]>();
    }

    private static IResult SiteNotFound(string code) => Problems.NotFound("site.notFound", $"There is no site {code}.");

    private static async Task<IResult> ListAsync([AsParameters] ListParameters list, ISiteQueries queries, CancellationToken cancellationToken, SiteStatus? status = null, SiteType? type = null, string? parentCode = null) =>
        list.Refuse(SortNames.Sites) ?? Results.Ok(await queries.ListAsync(new SiteListQuery(list.Search, list.Sort, list.PageOrFirst, list.Size, status, type, parentCode), cancellationToken));

    private static async Task<IResult> FindAsync(string code, ISiteQueries queries, CancellationToken cancellationToken) =>
        await queries.FindAsync(code, cancellationToken) is { } details ? Results.Ok(SiteDocument.Of(details)) : SiteNotFound(code);

    private static async Task<IResult> HistoryAsync(string code, ISiteQueries queries, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await queries.FindAsync(code, cancellationToken) is null)
        {
            return SiteNotFound(code);
        }

        var rows = await queries.HistoryAsync(code, cancellationToken);
        return Results.Ok(new Page<SiteHistoryRow>(rows, rows.Count, time.GetUtcNow()));
    }

    private static async Task<IResult> ControlFileAsync(string code, string kind, ISiteQueries queries, CancellationToken cancellationToken)
    {
        if (!Enum.TryParse<ControlImageKind>(kind, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
        {
            return Problems.NotFound("controlFile.kind", "A control file is proposed, actual or newsite.");
        }

        return await queries.ControlImageAsync(code, parsed, cancellationToken) is { } image
            ? Results.Text(image.Text, "text/plain; charset=utf-8")
            : Problems.NotFound("controlFile.notFound", $"There is no {kind} control file of {code} yet.");
    }

    private static async Task<IResult> AddressesAsync(string code, ISiteQueries queries, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await queries.FindAsync(code, cancellationToken) is not { } details)
        {
            return SiteNotFound(code);
        }

        AddressRow[] rows = details.Address is { } address ? [address] : [];
        return Results.Ok(new Page<AddressRow>(rows, rows.Length, time.GetUtcNow()));
    }

    private static async Task<IResult> CreateAsync(NewSite site, HttpContext context, ISiteCommands commands)
    {
        if (Incomplete(site) is { } incomplete)
        {
            return incomplete;
        }

        var result = await commands.CreateSecondarySiteAsync(context.Actor(), site, context.RequestAborted);
        return result.Succeeded ? Results.Accepted($"/api/v1/sites/{result.Value.Code}", result.Value) : Problems.Of(result);
    }

    private static async Task<IResult> PreflightAsync(NewSite site, HttpContext context, ISiteCommands commands)
    {
        if (Incomplete(site) is { } incomplete)
        {
            return incomplete;
        }

        var result = await commands.PreflightAsync(context.Actor(), site, context.RequestAborted);
        return result.Succeeded ? Results.Ok(result.Value) : Problems.Of(result);
    }

    /// <summary>JSON may leave out what the record needs: commands are spared that.</summary>
    private static IResult? Incomplete(NewSite site)
    {
        var missing = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (name, value) in new (string, object?)[] { ("code", site.Code), ("name", site.Name), ("installDirectory", site.InstallDirectory), ("address", site.Address), ("address.sender", site.Address is null ? "" : site.Address.Sender) })
        {
            if (value is null)
            {
                missing[name] = ["Is missing."];
            }
        }

        return missing.Count == 0 ? null : Problems.Of(StatusCodes.Status400BadRequest, "request.incomplete", $"Missing: {string.Join(", ", missing.Keys)}.", missing);
    }

    private static async Task<IResult> RetryAsync(string code, HttpContext context, ISiteCommands commands)
    {
        var result = await commands.RetryAsync(context.Actor(), code, context.RequestAborted);
        return result.Succeeded ? Results.Accepted($"/api/v1/sites/{code}") : Problems.Of(result);
    }

    private static async Task<IResult> LogAsync(string code, string component, HttpContext context, ISiteCommands commands, long offset = -16_384)
    {
        var result = await commands.ReadLogAsync(context.Actor(), code, component, offset, context.RequestAborted);
        return result.Succeeded ? Results.Ok(result.Value) : Problems.Of(result);
    }

    private static async Task<IResult> ScanAsync(ScanRequest scan, HttpContext context, ISiteCommands commands)
    {
        var result = await commands.ScanHostKeysAsync(context.Actor(), scan.Host ?? string.Empty, scan.Port ?? 22, context.RequestAborted);
        return result.Succeeded ? Results.Ok(result.Value) : Problems.Of(result);
    }
}
