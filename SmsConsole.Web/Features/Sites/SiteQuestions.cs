using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Components.Shared;
using SmsConsole.Web.Live;

namespace SmsConsole.Web.Features.Sites;

internal sealed record SitesQuestion(ISiteQueries Queries, SiteListQuery Query) : LiveListQuestion<SiteRow>
{
    public override Task<Page<SiteRow>> AskAsync(CancellationToken cancellationToken) => Queries.ListAsync(Query, cancellationToken);

    public override bool IsOutdatedBy(ChangeEvent change, Page<SiteRow>? last) => change.Kind == ChangeKind.Site;
}

internal sealed record SiteQuestion(ISiteQueries Queries, string Code) : LiveQuestion<Found<SiteDetails>>
{
    public override async Task<Found<SiteDetails>> AskAsync(CancellationToken cancellationToken) => new(await Queries.FindAsync(Code, cancellationToken));

    // A job's progress is part of its phase, so the jobs of this site's phases count too.
    public override bool IsOutdatedBy(ChangeEvent change, Found<SiteDetails>? last) => change.Kind switch
    {
        ChangeKind.Site => change.Id == Code,
        ChangeKind.Job => last is null || (last.Value is { } details && details.Phases.Any(p => p.JobId == change.Id)),
        _ => false,
    };
}

internal sealed record HistoryQuestion(ISiteQueries Queries, string Code) : LiveQuestion<IReadOnlyList<SiteHistoryRow>>
{
    public override Task<IReadOnlyList<SiteHistoryRow>> AskAsync(CancellationToken cancellationToken) => Queries.HistoryAsync(Code, cancellationToken);

    public override bool IsOutdatedBy(ChangeEvent change, IReadOnlyList<SiteHistoryRow>? last) => change.Kind == ChangeKind.Site && change.Id == Code;
}

/// <summary>The current control files of a site: as desired, and as reported.</summary>
internal sealed record ControlFilePair(ControlImageRow? Proposed, ControlImageRow? Actual);

internal sealed record ControlFilesQuestion(ISiteQueries Queries, string Code) : LiveQuestion<ControlFilePair>
{
    public override async Task<ControlFilePair> AskAsync(CancellationToken cancellationToken) => new(
        await Queries.ControlImageAsync(Code, ControlImageKind.Proposed, cancellationToken),
        await Queries.ControlImageAsync(Code, ControlImageKind.Actual, cancellationToken));

    public override bool IsOutdatedBy(ChangeEvent change, ControlFilePair? last) => change.Kind == ChangeKind.Site && change.Id == Code;
}
