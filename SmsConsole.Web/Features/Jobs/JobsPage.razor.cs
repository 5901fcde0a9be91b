using Microsoft.AspNetCore.Components;
using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Jobs;

/// <summary>The Jobs window.</summary>
public sealed partial class JobsPage
{
    private readonly (string?, string)[] _states = [(null, Texts.All), .. Enum.GetValues<JobStatus>().Select(s => ((string?)s.ToString(), JobPresentation.Of(s).Text))];

    private readonly IReadOnlyList<Column<JobRow>> _columns =
    [
        new("job", Texts.Job, "minmax(10.5rem, 3fr)", JobCells.Name, "comment"),
        new("status", Texts.State, "8.25rem", JobCells.Status, "status"),
        new("progress", Texts.Progress, "minmax(9rem, 4fr)", JobCells.Progress),
        new("destination", Texts.Site, "4.75rem", JobCells.Destination, "destination"),
        new("priority", Texts.Priority, "6.25rem", JobCells.Priority, "priority"),
        new("sending", Texts.Sending, "11.5rem", JobCells.Sending, Hidden: true),
        new("working", Texts.Working, "8.5rem", JobCells.Working, Hidden: true),
        new("attempts", Texts.Attempts, "6.5rem", JobCells.Attempts, Hidden: true),
        new("created", Texts.Created, "9rem", JobCells.Created, "createdAt"),
        new("actions", Texts.Actions, "7.75rem", JobCells.Actions, null, "actions-cell"),
    ];

    [Inject]
    private IJobQueries Queries { get; set; } = default!;

    private static JobListQuery Query(ListUrl url) => new(url.Search, url.Sort, url.Page, url.PageSize, url.Of<JobStatus>("status"), url["destination"]);
}
