using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Live;

namespace SmsConsole.Web.Features.Home;

internal sealed record HomeQuestion(ISiteQueries Queries) : LiveQuestion<HomeSummary>
{
    public override Task<HomeSummary> AskAsync(CancellationToken cancellationToken) => Queries.HomeAsync(cancellationToken);

    public override bool IsOutdatedBy(ChangeEvent change, HomeSummary? last) => true;
}
