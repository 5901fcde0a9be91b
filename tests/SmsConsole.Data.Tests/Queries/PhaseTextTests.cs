using SmsConsole.Data.Queries;

namespace SmsConsole.Data.Tests.Queries;

public sealed class PhaseTextTests
{
    [Theory]
    [InlineData(SiteStatus.Pending, DetailedStatus.NewSite, 0, "Site creation initiated")]
    [InlineData(SiteStatus.Pending, DetailedStatus.PreinstJobBegin, 1, "Phase 1: Bootstrap job started")]
    [InlineData(SiteStatus.Pending, DetailedStatus.InstJobBegin, 2, "Phase 2: Site install job started")]
    [InlineData(SiteStatus.Upgrade, DetailedStatus.FirstScJobBegin, 3, "Phase 3: Site control job started")]
    [InlineData(SiteStatus.Pending, DetailedStatus.FirstScJobEnd, 4, "Phase 4: Waiting for the site's report")]
    [InlineData(SiteStatus.Failed, DetailedStatus.InstJobError, 2, "Failed in phase 2")]
    [InlineData(SiteStatus.Failed, DetailedStatus.FirstScJobEnd, 4, "Failed in phase 4")]
    [InlineData(SiteStatus.Failed, DetailedStatus.NewSite, 0, "Failed")]
    [InlineData(SiteStatus.Active, DetailedStatus.None, 0, "Active")]
    [InlineData(SiteStatus.Active, DetailedStatus.FirstScJobEnd, 4, "Active")]
    [InlineData(SiteStatus.Active, DetailedStatus.ScJobBegin, 4, "New settings: site control job started")]
    [InlineData(SiteStatus.Deleted, DetailedStatus.None, 0, "Deleted")]
    public void For_State_SaysWhereTheSiteIs(SiteStatus status, DetailedStatus detailed, int phase, string text) =>
        Assert.Equal(text, PhaseText.For(status, detailed, phase));

    [Fact]
    public void For_EveryCombination_HasAText() =>
        Assert.All(
            from status in Enum.GetValues<SiteStatus>()
            from detailed in Enum.GetValues<DetailedStatus>()
            from phase in Enumerable.Range(0, 5)
            select PhaseText.For(status, detailed, phase),
            Assert.NotEmpty);
}
