using Microsoft.AspNetCore.Components;
using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Jobs;

/// <summary>The Jobs window.</summary>
public sealed partial class JobsPage
{
    private static readonly (string?, string)[] _states = [(null, "All"), .. Enum.GetValues<JobStatus>().Select(s => ((string?)s.ToString(), JobPresentation.Of(s).Text))];

    private readonly IReadOnlyList<Column<JobRow>> _columns =
    [
        new("job", "Job", JobCells.Name, "comment", "wide"),
        new("status", "State", JobCells.Status, "status"),
        new("progress", "Progress", JobCells.Progress, null, "wider"),
        new("destination", "Site", JobCells.Destination, "destination"),
        new("priority", "Priority", JobCells.Priority, "priority"),
        new("sending", "Sending", JobCells.Sending, Hidden: true),
        new("working", "Working", JobCells.Working, Hidden: true),
        new("attempts", "Attempts", JobCells.Attempts, Hidden: true),
        new("created", "Created", JobCells.Created, "createdAt"),
        new("actions", "Actions", JobCells.Actions, null, "actions-cell"),
    ];

    [Inject]
    private IJobQueries Queries { get; set; } = default!;

    private static JobListQuery Query(ListUrl url) => new(url.Search, url.Sort, url.Page, url.PageSize, url.Of<JobStatus>("status"), url["destination"]);
}
