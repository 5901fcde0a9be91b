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
        new("site", "Site", "minmax(10.5rem, 3fr)", SiteCells.Name, "code"),
        new("status", "State", "10.75rem", SiteCells.Status, "status"),
        new("phase", "Phase", "minmax(10.5rem, 2.2fr)", SiteCells.Phase, "phase"),
        new("waitingFor", "Waiting for", "minmax(9.5rem, 2.2fr)", SiteCells.Waiting),
        new("type", "Type", "7rem", SiteCells.Type, "type", Hidden: true),
        new("parent", "Parent", "5rem", SiteCells.Parent, null, Hidden: true),
        new("version", "Version", "5.75rem", SiteCells.Version, "version"),
        new("lastReport", "Last report", "9rem", SiteCells.LastReport, "lastReportAt"),
    ];

    [Inject]
    private ISiteQueries Queries { get; set; } = default!;

    /// <summary>Sorted or searched it is a list of what was found, and hangs below nothing.</summary>
    private static bool IsTree(ListUrl url) => url.Sort is null && url.Search is null && url["status"] is null;

    private static SiteListQuery Query(ListUrl url) => new(url.Search, url.Sort ?? "type", url.Page, url.PageSize, url.Of<SiteStatus>("status"));
}
