using SmsConsole.Data.Operations;
using SmsConsole.Data.Queries;
using SmsConsole.Data.Sites;

namespace SmsConsole.Data.Tests.Queries;

public sealed class SiteDetailsTests
{
    private const SiteStatus Pending = SiteStatus.Pending;

    // Each state as the site passes it: status, detailed status, phase.
    private static readonly (SiteStatus Status, DetailedStatus Detailed, int Phase) _new = (Pending, DetailedStatus.NewSite, 0);
    private static readonly (SiteStatus Status, DetailedStatus Detailed, int Phase) _one = (Pending, DetailedStatus.PreinstJobBegin, 1);
    private static readonly (SiteStatus Status, DetailedStatus Detailed, int Phase) _oneEnd = (Pending, DetailedStatus.PreinstJobEnd, 1);
    private static readonly (SiteStatus Status, DetailedStatus Detailed, int Phase) _two = (Pending, DetailedStatus.InstJobBegin, 2);
    private static readonly (SiteStatus Status, DetailedStatus Detailed, int Phase) _three = (Pending, DetailedStatus.FirstScJobBegin, 3);
    private static readonly (SiteStatus Status, DetailedStatus Detailed, int Phase) _four = (Pending, DetailedStatus.FirstScJobEnd, 4);
    private static readonly (SiteStatus Status, DetailedStatus Detailed, int Phase) _failed = (SiteStatus.Failed, DetailedStatus.FirstScJobEnd, 4);
    private static readonly (SiteStatus Status, DetailedStatus Detailed, int Phase) _active = (SiteStatus.Active, DetailedStatus.None, 4);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task FindAsync_InPhaseTwo_FirstDoneSecondRunsRestWaits(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var site = Rows.Secondary("S01", Pending, DetailedStatus.InstJobBegin, 2);
        (site.WaitText, site.WaitSince, site.WaitUntil) = ("Sending the site package", Rows.Start.AddMinutes(3), Rows.Start.AddMinutes(9));
        var sending = Rows.Job("P0100002", "S01", JobType.SiteInstall, minute: 3);
        (sending.BytesTotal, sending.BytesSent) = (1000, 250);
        await database.AddAsync(Rows.Primary(), site, Rows.Job("P0100001", "S01", minute: 1), sending, Rows.Job("P0100009", "S02", JobType.SiteInstall, minute: 3));
        await database.AddAsync(Rows.Step("S01", 1, _new, _one), Rows.Step("S01", 2, _one, _oneEnd));
        await database.AddAsync(Rows.Step("S01", 3, _oneEnd, _two));

        var details = await FindAsync(database);
        Assert.Equal([PhaseState.Done, PhaseState.Running, PhaseState.Waiting, PhaseState.Waiting], details.Phases.Select(p => p.State));
        Assert.Equal([1, 3, null, null], details.Phases.Select(p => Minute(p.StartedAt)));
        Assert.Equal([3, null, null, null], details.Phases.Select(p => Minute(p.EndedAt)));
        Assert.Equal(["P0100001", "P0100002", null, null], details.Phases.Select(p => p.JobId));
        Assert.Equal((1000L, 250L, "Sending the site package"), (details.Phases[1].BytesTotal, details.Phases[1].BytesSent, details.Phases[1].WaitingFor?.Text));
        Assert.True(details.Site.UnderConstruction);
        Assert.Null(details.Failure);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task FindAsync_FailedInPhaseFour_SaysWhyAndWhatToDo(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await AddFailedAsync(database);
        var details = await FindAsync(database);
        Assert.Equal([PhaseState.Done, PhaseState.Done, PhaseState.Done, PhaseState.Failed], details.Phases.Select(p => p.State));
        Assert.Equal("No room", details.Phases[3].Error);
        Assert.Equal((4, 6), (Minute(details.Phases[3].StartedAt), Minute(details.Phases[3].EndedAt)));
        Assert.Equal(new SiteFailure(384, "No room", "Make room", Projections.Utc(Rows.Start.AddMinutes(6)), CanRetry: true), details.Failure);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task FindAsync_RetriedFromAnEarlierPhase_LaterPhasesWaitAgain(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await AddFailedAsync(database);
        await database.Store.InTransactionAsync(
            async (context, token) =>
            {
                var site = (await context.Sites.FindAsync(["S01"], token))!;
                (site.Status, site.DetailedStatus, site.Phase) = _two;
                context.Add(Rows.Step("S01", 8, _failed, _two, "Retry"));
                context.Add(Rows.Job("P0100007", "S01", JobType.SiteInstall, minute: 8));
            },
            Cancellation);

        var details = await FindAsync(database);
        Assert.Equal([PhaseState.Done, PhaseState.Running, PhaseState.Waiting, PhaseState.Waiting], details.Phases.Select(p => p.State));
        Assert.Equal((8, null, "P0100007"), (Minute(details.Phases[1].StartedAt), details.Phases[1].EndedAt, details.Phases[1].JobId));
        Assert.Null(details.Phases[2].JobId);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task FindAsync_Active_AllDoneAndLaterJobsAreNoPhases(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var site = Rows.Secondary("S01", SiteStatus.Active, DetailedStatus.None, 4);
        site.ServicesJson = """[{"name":"Scheduler","state":"Running","since":"2026-01-05T08:05:00+00:00","restarts":2}]""";
        site.PublicKey = [1, 2, 3];
        await AddJourneyAsync(database, site);
        await database.AddAsync(Rows.Step("S01", 7, _four, _active), Rows.Job("P0100009", "S01", JobType.SiteControl, minute: 60));

        var details = await FindAsync(database);
        Assert.All(details.Phases, p => Assert.Equal(PhaseState.Done, p.State));
        Assert.Equal([2, 3, 4, 7], details.Phases.Select(p => Minute(p.EndedAt)));
        Assert.Equal(["P0100001", "P0100002", "P0100003", null], details.Phases.Select(p => p.JobId));
        Assert.Equal(new ServiceRow("Scheduler", "Running", Projections.Utc(Rows.Start.AddMinutes(5)), 2), Assert.Single(details.Services));
        Assert.Equal("SHA256:A5BYxvLAy0ksUzsKTRTvd8wPeKvMztUofYShogEc+4E", details.PublicKeyFingerprint);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task FindAsync_Address_ShowsTheFingerprintAndNoSecret(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary(), Rows.Secondary("S01"), new SiteAddress
        {
            Destination = "S01",
            Sender = "Lan",
            Transport = LinkTransport.Ssh,
            Host = "s01.example",
            Port = 22,
            User = "sms",
            ProtectedPrivateKey = "secret",
            HostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
            Directory = "/sms",
        });

        var address = (await FindAsync(database)).Address!;
        Assert.True(address.HasPrivateKey);

        // GitHub's published host key and the fingerprint it publishes for it.
        Assert.Equal("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU", address.HostKeyFingerprint);
        Assert.DoesNotContain("secret", address.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-ed25519 not*base64")]
    public void HostKeyFingerprint_NoKey_IsNull(string? hostKey) => Assert.Null(Projections.HostKeyFingerprint(hostKey));

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task FindAsync_UnknownSiteOrUnreadableReport_DoesNotFail(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var site = Rows.Secondary("S01");
        site.ServicesJson = "{not json";
        await database.AddAsync(Rows.Primary(), site);
        Assert.Empty((await FindAsync(database)).Services);
        Assert.Empty((await FindAsync(database, "P01")).Phases);
        Assert.Null(await database.Get<ISiteQueries>().FindAsync("XXX", Cancellation));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task ControlImages_CurrentAndAll_WithAndWithoutText(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary(), Image(1, current: false));
        await database.AddAsync(Image(2, current: true));
        var sites = database.Get<ISiteQueries>();
        Assert.Equal((2L, "text 2"), await sites.ControlImageAsync("P01", ControlImageKind.Proposed, Cancellation) is { } i ? (i.Serial, i.Text) : default);
        Assert.Null(await sites.ControlImageAsync("P01", ControlImageKind.Actual, Cancellation));
        Assert.Equal([(2L, ""), (1L, "")], (await sites.ControlImagesAsync("P01", Cancellation)).Select(x => (x.Serial, x.Text)));

        static SiteControlImage Image(long serial, bool current) =>
            new() { SiteCode = "P01", Kind = ControlImageKind.Proposed, Serial = serial, IsCurrent = current, At = Rows.Start, Text = $"text {serial}" };
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task HomeAsync_Mixed_CountsAndNamesWhatNeedsAPerson(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var failed = Rows.Secondary("S01", SiteStatus.Failed, DetailedStatus.InstJobError, 2);
        failed.FailureReason = "No room";
        var late = Rows.Secondary("S02", Pending, DetailedStatus.FirstScJobEnd, 4);
        (late.WaitText, late.WaitSince, late.WaitUntil) = ("Waiting for the report", Rows.Start.AddHours(-2), Rows.Start.AddHours(-1));
        var onTime = Rows.Secondary("S03", Pending, DetailedStatus.FirstScJobEnd, 4);
        (onTime.WaitText, onTime.WaitSince, onTime.WaitUntil) = ("Waiting for the report", Rows.Start, Rows.Start.AddHours(1));
        var lease = new EngineLease { Name = "engine", Owner = "host/1", Fence = 3, HeartbeatAt = database.Now, ExpiresAt = database.Now.AddSeconds(15) };
        await database.AddAsync(
            Rows.Primary(), failed, late, onTime, lease,
            Rows.Job("P0100001", "S03"), Rows.Job("P0100002", "S04", status: JobStatus.Retrying),
            Rows.Message("S01", Severity.Error), Rows.Message("S01", Severity.Warning), Rows.Message("S01"));

        var home = await database.Get<ISiteQueries>().HomeAsync(Cancellation);
        Assert.Equal((1, 2, 1), (home.SitesByStatus[SiteStatus.Active], home.SitesByStatus[Pending], home.SitesByStatus[SiteStatus.Failed]));
        Assert.Equal(["S01", "S02", "S04"], home.Attention.Select(a => a.SiteCode));
        Assert.Equal(["P0100001"], home.Running.Select(j => j.Id));
        Assert.Equal([("S02", "Waiting for the report"), ("S03", "Waiting for the report")], home.UnderWay.Select(s => (s.Code, s.WaitingFor!.Text)));
        Assert.Equal(2, home.Recent.Count);
        Assert.True(home.Engine?.Alive);

        database.Clock.Advance(TimeSpan.FromSeconds(16));
        Assert.False((await database.Get<ISiteQueries>().HomeAsync(Cancellation)).Engine?.Alive);
    }

    private static async Task AddJourneyAsync(TestDatabase database, Site site)
    {
        await database.AddAsync(
            Rows.Primary(), site,
            Rows.Job("P0100001", "S01", minute: 1), Rows.Job("P0100002", "S01", JobType.SiteInstall, minute: 2), Rows.Job("P0100003", "S01", JobType.SiteControl, minute: 3));
        (int Minute, (SiteStatus, DetailedStatus, int) From, (SiteStatus, DetailedStatus, int) To)[] steps = [(1, _new, _one), (2, _one, _two), (3, _two, _three), (4, _three, _four)];
        foreach (var (minute, from, to) in steps)
        {
            await database.AddAsync(Rows.Step("S01", minute, from, to));
        }
    }

    private static async Task AddFailedAsync(TestDatabase database)
    {
        var site = Rows.Secondary("S01", SiteStatus.Failed, DetailedStatus.FirstScJobEnd, 4);
        (site.FailedFrom, site.FailureEventId, site.FailureReason, site.FailureWhatToDo, site.FailedAt) = (DetailedStatus.FirstScJobEnd, 384, "No room", "Make room", Rows.Start.AddMinutes(6));
        await AddJourneyAsync(database, site);
        await database.AddAsync(Rows.Step("S01", 6, _four, _failed, "No room"));
    }

    private static async Task<SiteDetails> FindAsync(TestDatabase database, string code = "S01") => (await database.Get<ISiteQueries>().FindAsync(code, Cancellation))!;

    private static int? Minute(DateTimeOffset? time) => time is { } at ? (int)(at.UtcDateTime - Rows.Start).TotalMinutes : null;
}
