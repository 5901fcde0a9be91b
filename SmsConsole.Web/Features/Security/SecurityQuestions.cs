using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Live;

namespace SmsConsole.Web.Features.Security;

internal sealed record UsersQuestion(IStatusQueries Queries, ListQuery Query) : LiveListQuestion<UserRow>
{
    public override Task<Page<UserRow>> AskAsync(CancellationToken cancellationToken) => Queries.UsersAsync(Query, cancellationToken);

    public override bool IsOutdatedBy(ChangeEvent change, Page<UserRow>? last) => change.Kind == ChangeKind.User;
}

internal sealed record AuditQuestion(IStatusQueries Queries, ListQuery Query) : LiveListQuestion<AuditRow>
{
    public override Task<Page<AuditRow>> AskAsync(CancellationToken cancellationToken) => Queries.AuditAsync(Query, cancellationToken);

    public override bool IsOutdatedBy(ChangeEvent change, Page<AuditRow>? last) => change.Kind == ChangeKind.Audit;
}
