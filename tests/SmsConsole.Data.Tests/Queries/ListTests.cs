using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Queries;
using SmsConsole.Data.Security;
using SmsConsole.Data.Status;

namespace SmsConsole.Data.Tests.Queries;

public sealed class ListTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Sites_SecondPageByNameDescending_ContinuesTheFirst(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync([Rows.Primary(), .. Enumerable.Range(1, 9).Select(i => Rows.Secondary($"S0{i}", name: i <= 4 ? "Same" : $"Name {i}"))]);
        var sites = database.Get<ISiteQueries>();

        var codes = new List<string>();
        for (var page = 1; page <= 4; page++)
        {
            var read = await sites.ListAsync(new SiteListQuery(Sort: "-name", Page: page, PageSize: 3), Cancellation);
            Assert.Equal((10L, database.Clock.GetUtcNow()), (read.Total, read.AsOf));
            codes.AddRange(read.Items.Select(s => s.Code));
        }

        Assert.Equal(["S04", "S03", "S02", "S01", "P01", "S09", "S08", "S07", "S06", "S05"], codes);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Sites_UnknownSort_IsByCode(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary(), Rows.Secondary("S02"), Rows.Secondary("A01"));
        foreach (var sort in new[] { "installDirectory; DROP TABLE Sites", "-", "", "--" })
        {
            var read = await database.Get<ISiteQueries>().ListAsync(new SiteListQuery(Sort: sort), Cancellation);
            Assert.Equal(["A01", "P01", "S02"], read.Items.Select(s => s.Code));
        }
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task AllAsync_ListChangesMeanwhile_GivesEachRowOnceInOrder(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        const int Count = (2 * ListQuery.MaximumPageSize) + 3;
        await database.AddAsync([Rows.Primary(), .. Enumerable.Range(0, Count).Select(i => Rows.Job($"P01{i:00000}", "S01", minute: i / 4))]);
        var read = new List<string>();
        await foreach (var job in database.Get<IJobQueries>().AllAsync(new JobListQuery(Sort: "-createdAt"), TestContext.Current.CancellationToken))
        {
            read.Add(job.Id);
            if (read.Count == 1)
            {
                // By position, the first would move every row of the next page by one, and the second would hide one.
                await database.AddAsync(Rows.Job("P0199999", "S01", minute: 9999));
                await database.Store.InTransactionAsync((context, token) => context.Jobs.Where(j => j.Id == "P0100001").ExecuteDeleteAsync(token), TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(Enumerable.Range(0, Count).Reverse().Where(i => i != 1).Select(i => $"P01{i:00000}"), read);
        Assert.Empty(await database.Get<ISiteQueries>().AllAsync(new SiteListQuery(Status: SiteStatus.Failed), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Sites_PageSizeAndPageOutOfRange_AreClamped(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary(), Rows.Secondary("S01"));
        var sites = database.Get<ISiteQueries>();
        Assert.Single((await sites.ListAsync(new SiteListQuery(PageSize: -5, Page: -1), Cancellation)).Items);
        var beyond = await sites.ListAsync(new SiteListQuery(PageSize: int.MaxValue, Page: int.MaxValue), Cancellation);
        Assert.Equal((0, 2L), (beyond.Items.Count, beyond.Total));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Sites_SearchWithWildcards_TakesThemAsText(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(
            Rows.Primary(),
            Rows.Secondary("S01", name: "100% done"),
            Rows.Secondary("S02", name: "a_b"),
            Rows.Secondary("S03", name: "a[b]c"),
            Rows.Secondary("S04", name: @"back\slash"),
            Rows.Secondary("S05", name: "axb"));
        Assert.Equal(["S01"], await SearchAsync("%"));
        Assert.Equal(["S02"], await SearchAsync("a_b"));
        Assert.Equal(["S03"], await SearchAsync("[b]"));
        Assert.Equal(["S04"], await SearchAsync(@"\"));
        Assert.Equal(["S05"], await SearchAsync("s05"));
        Assert.Equal(6, (await SearchAsync("  ")).Count);

        async Task<List<string>> SearchAsync(string search) =>
            [.. (await database.Get<ISiteQueries>().ListAsync(new SiteListQuery(Search: search), Cancellation)).Items.Select(s => s.Code)];
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Sites_Filters_Combine(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary(), Rows.Secondary("S01", SiteStatus.Active, DetailedStatus.None), Rows.Secondary("S02", SiteStatus.Failed, DetailedStatus.InstJobError, 2));
        var read = await database.Get<ISiteQueries>().ListAsync(new SiteListQuery(Status: SiteStatus.Failed, Type: SiteType.Secondary, ParentCode: "P01"), Cancellation);
        var site = Assert.Single(read.Items);
        Assert.Equal(("S02", "Failed in phase 2", 23, false), (site.Code, site.PhaseText, site.DetailedStatusCode, site.UnderConstruction));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Jobs_Default_NewestFirst(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Job("P0100001", "S01", minute: 1), Rows.Job("P0100002", "S02", minute: 3), Rows.Job("P0100003", "S01", minute: 2, status: JobStatus.Complete));
        var jobs = database.Get<IJobQueries>();
        Assert.Equal(["P0100002", "P0100003", "P0100001"], (await jobs.ListAsync(new JobListQuery(), Cancellation)).Items.Select(j => j.Id));
        Assert.Equal(["P0100003", "P0100001"], (await jobs.ListAsync(new JobListQuery(Destination: "S01"), Cancellation)).Items.Select(j => j.Id));
        Assert.Equal(["P0100001", "P0100002"], (await jobs.ListAsync(new JobListQuery(Status: JobStatus.Active, Sort: "createdAt"), Cancellation)).Items.Select(j => j.Id));
        Assert.Equal("Bootstrap Job for S02", (await jobs.FindAsync("P0100002", Cancellation))?.Comment);
        Assert.Null(await jobs.FindAsync("none", Cancellation));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Jobs_ByPriority_HighBeforeMediumBeforeLow(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var jobs = new[] { JobPriority.Low, JobPriority.Medium, JobPriority.High }.Select((p, i) =>
        {
            var job = Rows.Job($"P010000{i}", "S01");
            job.Priority = p;
            return job;
        });
        await database.AddAsync([.. jobs]);
        var read = await database.Get<IJobQueries>().ListAsync(new JobListQuery(Sort: "priority"), Cancellation);
        Assert.Equal([JobPriority.High, JobPriority.Medium, JobPriority.Low], read.Items.Select(j => j.Priority));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task SendRequests_OfAJob_AreItsOwn(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Request("R1", "P0100001"), Request("R2", "P0100002"));
        var jobs = database.Get<IJobQueries>();
        Assert.Equal("R2", Assert.Single((await jobs.SendRequestsAsync(new ListQuery(), "P0100002", Cancellation)).Items).Id);
        Assert.Equal(2, (await jobs.SendRequestsAsync(new ListQuery(), cancellationToken: Cancellation)).Total);

        static SendRequestState Request(string id, string job) => new() { Id = id, JobId = job, Destination = "S01", Outbox = "LAN" };
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task AllAsync_MoreMessagesAndEntriesThanOneRead_GivesEachOnceNewestFirst(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync([.. Enumerable.Range(0, 1_050).Select(i => Rows.Message(i % 2 == 0 ? "S01" : "S02", (Severity)(i % 3)))]);
        await database.AddAsync([.. Enumerable.Range(0, 1_000).Select(i => new AuditEntry { At = database.Now, Who = "vera", Action = "job.cancel", Target = $"P01{i:00000}", Succeeded = true })]);
        var status = database.Get<IStatusQueries>();

        var messages = await status.AllAsync(new StatusListQuery(PageSize: 3), Cancellation).ToListAsync(Cancellation);
        Assert.Equal(Enumerable.Range(1, 1_050).Reverse().Select(i => (long)i), messages.Select(m => m.Id));
        Assert.Equal(350, await status.AllAsync(new StatusListQuery(AtLeast: Severity.Warning, SiteCode: "S01"), Cancellation).CountAsync(Cancellation));
        var entries = await status.AllAuditAsync(null, Cancellation).ToListAsync(Cancellation);
        Assert.Equal(1_000, entries.Select(a => a.Target).Distinct().Count());
        Assert.Equal("P0100999", entries[0].Target);
        Assert.Single(await status.AllAuditAsync("00042", Cancellation).ToListAsync(Cancellation));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task StatusMessages_ReadByKeyset_EachOnceNewestFirst(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync([.. Enumerable.Range(0, 25).Select(i => Rows.Message(i % 2 == 0 ? "S01" : "S02", (Severity)(i % 3)))]);
        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(i => (long)i), await ReadAllAsync(new StatusListQuery(PageSize: 4), 25));
        Assert.Equal(8 + 8, (await ReadAllAsync(new StatusListQuery(PageSize: 4, AtLeast: Severity.Warning), 16)).Distinct().Count());
        Assert.Equal(4, (await ReadAllAsync(new StatusListQuery(PageSize: 3, AtLeast: Severity.Error, SiteCode: "S01"), 4)).Count);

        async Task<List<long>> ReadAllAsync(StatusListQuery query, long total)
        {
            var ids = new List<long>();
            while (true)
            {
                var page = await database.Get<IStatusQueries>().ListAsync(query with { Before = ids.Count == 0 ? null : ids[^1] }, Cancellation);
                Assert.Equal(total, page.Total);
                if (page.Items.Count == 0)
                {
                    Assert.Equal(ids.OrderDescending(), ids);
                    return ids;
                }

                ids.AddRange(page.Items.Select(m => m.Id));
            }
        }
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task StatusMessages_Filters_ByComponentNumberAndText(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Message("S01", component: "Sender", messageId: 382, text: "PK1 is 100% broken"), Rows.Message("S01"));
        var status = database.Get<IStatusQueries>();
        Assert.Equal(1, (await status.ListAsync(new StatusListQuery(Component: "Sender"), Cancellation)).Total);
        Assert.Equal(1, (await status.ListAsync(new StatusListQuery(MessageId: 382), Cancellation)).Total);
        Assert.Equal(1, (await status.ListAsync(new StatusListQuery(Search: "100%"), Cancellation)).Total);
        Assert.Equal(0, (await status.ListAsync(new StatusListQuery(Search: "1_0"), Cancellation)).Total);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Audit_Default_NewestFirst(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Entry("ann", "S01"));
        await database.AddAsync(Entry("bob", "S02"));
        var status = database.Get<IStatusQueries>();
        Assert.Equal(["bob", "ann"], (await status.AuditAsync(new ListQuery(), Cancellation)).Items.Select(a => a.Who));
        Assert.Equal(["ann"], (await status.AuditAsync(new ListQuery(Search: "s01"), Cancellation)).Items.Select(a => a.Who));

        AuditEntry Entry(string who, string target) => new() { At = database.Now, Who = who, Action = "site.create", Target = target, Succeeded = true };
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Users_LockedOut_OnlyUntilTheLockEnds(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var status = database.Get<IStatusQueries>();
        Assert.True(await status.NeedsFirstAdministratorAsync(Cancellation));
        await database.AddAsync(new ConsoleUser
        {
            UserName = "ann",
            NormalizedUserName = "ANN",
            Role = Role.Administrator,
            Disabled = true,
            LockoutEnabled = true,
            LockoutEnd = database.Clock.GetUtcNow().AddMinutes(5),
        });

        Assert.False(await status.NeedsFirstAdministratorAsync(Cancellation));
        Assert.True(Assert.Single((await status.UsersAsync(new ListQuery(), Cancellation)).Items).LockedOut);
        database.Clock.Advance(TimeSpan.FromMinutes(6));
        var ann = Assert.Single((await status.UsersAsync(new ListQuery(Search: "an"), Cancellation)).Items);
        Assert.Equal((false, true, Role.Administrator), (ann.LockedOut, ann.Disabled, ann.Role));
    }
}
