using Microsoft.AspNetCore.Components;
using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Sites;

/// <summary>The tree of sites as a list: without a sort of its own the primary comes first and its secondaries below it.</summary>
public sealed partial class SitesPage
{
    private static readonly (string?, string)[] _states =
        [(null, "All"), .. new[] { SiteStatus.Active, SiteStatus.Pending, SiteStatus.Upgrade, SiteStatus.Failed }.Select(s => ((string?)s.ToString(), SitePresentation.Of(s).Text))];

    private readonly IReadOnlyList<Column<SiteRow>> _columns =
    [
        new("site", "Site", SiteCells.Name, "code", "wide"),
        new("status", "State", SiteCells.Status, "status"),
        new("phase", "Phase", SiteCells.Phase, "phase"),
        new("waitingFor", "Waiting for", SiteCells.Waiting, null, "wide"),
        new("type", "Type", SiteCells.Type, "type", Hidden: true),
        new("parent", "Parent", SiteCells.Parent, null, Hidden: true),
        new("version", "Version", SiteCells.Version, "version"),
        new("lastReport", "Last report", SiteCells.LastReport, "lastReportAt"),
    ];

    [Inject]
    private ISiteQueries Queries { get; set; } = default!;

    private static SiteListQuery Query(ListUrl url) => new(url.Search, url.Sort ?? "type", url.Page, url.PageSize, url.Of<SiteStatus>("status"));
}
