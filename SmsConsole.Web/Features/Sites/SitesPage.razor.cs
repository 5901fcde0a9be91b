using Microsoft.AspNetCore.Components;
using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Sites;

/// <summary>The tree of sites as a list: without a sort of its own the primary comes first and its secondaries below it.</summary>
public sealed partial class SitesPage
{
    private readonly (string?, string)[] _states =
        [(null, Texts.All), .. new[] { SiteStatus.Active, SiteStatus.Pending, SiteStatus.Upgrade, SiteStatus.Failed }.Select(s => ((string?)s.ToString(), SitePresentation.Of(s).Text))];

    private readonly IReadOnlyList<Column<SiteRow>> _columns =
    [
        new("site", Texts.Site, "minmax(10.5rem, 3fr)", SiteCells.Name, "code"),
        new("status", Texts.State, "10.75rem", SiteCells.Status, "status"),
        new("phase", Texts.Phase, "minmax(10.5rem, 2.2fr)", SiteCells.Phase, "phase"),
        new("waitingFor", Texts.WaitingFor, "minmax(9.5rem, 2.2fr)", SiteCells.Waiting),
        new("type", Texts.Type, "7rem", SiteCells.Type, "type", Hidden: true),
        new("parent", Texts.Parent, "5rem", SiteCells.Parent, null, Hidden: true),
        new("version", Texts.Version, "5.75rem", SiteCells.Version, "version"),
        new("lastReport", Texts.LastReport, "9rem", SiteCells.LastReport, "lastReportAt"),
    ];

    [Inject]
    private ISiteQueries Queries { get; set; } = default!;

    /// <summary>Sorted or searched it is a list of what was found, and hangs below nothing.</summary>
    private static bool IsTree(ListUrl url) => url.Sort is null && url.Search is null && url["status"] is null;

    private static SiteListQuery Query(ListUrl url) => new(url.Search, url.Sort ?? "type", url.Page, url.PageSize, url.Of<SiteStatus>("status"));
}
