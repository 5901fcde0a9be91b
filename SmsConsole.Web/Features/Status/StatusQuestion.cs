using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Live;

namespace SmsConsole.Web.Features.Status;

internal sealed record StatusQuestion(IStatusQueries Queries, StatusListQuery Query) : LiveListQuestion<StatusMessageRow>
{
    public override Task<Page<StatusMessageRow>> AskAsync(CancellationToken cancellationToken) => Queries.ListAsync(Query, cancellationToken);

    public override bool IsOutdatedBy(ChangeEvent change, Page<StatusMessageRow>? last) => change.Kind == ChangeKind.StatusMessage;
}
