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
        new("job", "Job", "minmax(10.5rem, 3fr)", JobCells.Name, "comment"),
        new("status", "State", "8.25rem", JobCells.Status, "status"),
        new("progress", "Progress", "minmax(9rem, 4fr)", JobCells.Progress),
        new("destination", "Site", "4.75rem", JobCells.Destination, "destination"),
        new("priority", "Priority", "6.25rem", JobCells.Priority, "priority"),
        new("sending", "Sending", "11.5rem", JobCells.Sending, Hidden: true),
        new("working", "Working", "8.5rem", JobCells.Working, Hidden: true),
        new("attempts", "Attempts", "6.5rem", JobCells.Attempts, Hidden: true),
        new("created", "Created", "9rem", JobCells.Created, "createdAt"),
        new("actions", "Actions", "7.75rem", JobCells.Actions, null, "actions-cell"),
    ];

    [Inject]
    private IJobQueries Queries { get; set; } = default!;

    private static JobListQuery Query(ListUrl url) => new(url.Search, url.Sort, url.Page, url.PageSize, url.Of<JobStatus>("status"), url["destination"]);
}
