using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Operations;
using SmsConsole.Data.Queries;
using SmsConsole.Data.Security;
using SmsConsole.Data.Sites;

namespace SmsConsole.Data.Tests;

[Trait("Category", "Store")]
public sealed class StoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task SaveChangesAsync_RowChangedByAnother_Conflicts(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary());
        await using var first = database.Open();
        await using var second = database.Open();
        var mine = await first.Sites.SingleAsync(Cancellation);
        var theirs = await second.Sites.SingleAsync(Cancellation);

        theirs.Name = "Theirs";
        await second.SaveChangesAsync(Cancellation);
        mine.Name = "Mine";

        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => first.SaveChangesAsync(Cancellation));
        await using var after = database.Open();
        var site = await after.Sites.SingleAsync(Cancellation);
        Assert.Equal(("Theirs", 1L), (site.Name, site.Revision));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task InTransactionAsync_FollowedKinds_EachLeaveOneChangeRow(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(
            Rows.Primary(),
            Rows.Job("P0100001", "S01"),
            new SendRequestState { Id = "R1", JobId = "P0100001", Destination = "S01", Outbox = "LAN" },
            Rows.Message("P01"),
            Rows.Message("P01"),
            new ConsoleUser { UserName = "ann" },
            new Counter { Name = "Job", Value = 1 });

        var changes = await ChangesAsync(database);
        Assert.Equal(
            [(ChangeKinds.Job, "P0100001"), (ChangeKinds.SendRequest, "R1"), (ChangeKinds.Site, "P01"), (ChangeKinds.StatusMessage, "P01"), (ChangeKinds.User, "ann")],
            changes.Select(c => (c.Kind, c.Id)).Order());
        Assert.All(changes, c => Assert.Equal((database.Now, DateTimeKind.Utc), (c.At, c.At.Kind)));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task SaveChangesAsync_ModifiedThenDeleted_ChangeRowsCarryTheRevision(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary());
        await using var context = database.Open();
        var site = await context.Sites.SingleAsync(Cancellation);
        site.Name = "Renamed";
        await context.SaveChangesAsync(Cancellation);
        context.Remove(site);
        await context.SaveChangesAsync(Cancellation);

        Assert.Equal([0L, 1L, 1L], (await ChangesAsync(database)).Select(c => c.Revision));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task SaveChangesAsync_AgainAfterAConflict_NotesTheChangeOnce(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary());
        await using var context = database.Open();
        var site = await context.Sites.SingleAsync(Cancellation);
        await database.Store.InTransactionAsync((c, token) => c.Sites.ExecuteUpdateAsync(s => s.SetProperty(x => x.Revision, 7), token), Cancellation);
        site.Name = "Mine";
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => context.SaveChangesAsync(Cancellation));
        context.Entry(site).Property(s => s.Revision).OriginalValue = 7;
        await context.SaveChangesAsync(Cancellation);

        Assert.Equal([0L, 8L], (await ChangesAsync(database)).Select(c => c.Revision));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task InTransactionAsync_WorkThrows_LeavesNothing(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await Assert.ThrowsAsync<FormatException>(() => database.Store.InTransactionAsync(
            async (context, token) =>
            {
                context.Add(Rows.Primary());
                await context.SaveChangesAsync(token);
                throw new FormatException();
            },
            Cancellation));
        await AssertEmptyAsync(database);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task InTransactionAsync_Abandoned_LeavesNothingAndReturnsTheValue(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var value = await database.Store.InTransactionAsync(
            async (context, token) =>
            {
                context.Add(Rows.Primary());
                await context.SaveChangesAsync(token);
                context.Abandon();
                return "stale";
            },
            Cancellation);
        Assert.Equal("stale", value);
        await AssertEmptyAsync(database);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task InTransactionAsync_GuardedUpdateWithNotedChange_CommitsBoth(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary());
        var changed = await database.Store.InTransactionAsync(
            async (context, token) =>
            {
                var rows = await context.Sites
                    .Where(s => s.Code == "P01" && s.Status == SiteStatus.Active && s.Revision == 0)
                    .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SiteStatus.Upgrade).SetProperty(x => x.Revision, x => x.Revision + 1), token);
                context.NoteChange(ChangeKinds.Site, "P01", 1);
                return rows;
            },
            Cancellation);
        Assert.Equal(1, changed);
        Assert.Equal((ChangeKinds.Site, "P01", 1L), (await ChangesAsync(database)).Select(c => (c.Kind, c.Id, c.Revision)).Last());
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task InTransactionAsync_ManyWritersOfTwoProcesses_LoseNoUpdate(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(new Counter { Name = "Job", Value = 0 });
        await using var other = database.BuildServices();
        SmsStore[] stores = [database.Store, other.GetRequiredService<SmsStore>()];

        var taken = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(
            () => stores[i % 2].InTransactionAsync(
                async (context, token) =>
                {
                    var counter = await context.Counters.SingleAsync(token);
                    return ++counter.Value;
                },
                Cancellation),
            Cancellation)));
        Assert.Equal(Enumerable.Range(1, 60).Select(i => (long)i), taken.Order());
    }

    [Fact]
    public async Task InTransactionAsync_InsideATransaction_IsRefusedInsteadOfWaitingForItself()
    {
        await using var database = await TestDatabase.CreateAsync(SmsProvider.Sqlite);
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.Store.InTransactionAsync(
            (_, _) => database.AddAsync(Rows.Primary()),
            Cancellation));
        await database.AddAsync(Rows.Primary());
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task InboxReceipt_SameMessageTwice_IsAUniqueViolation(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var error = await Assert.ThrowsAsync<DbUpdateException>(async () =>
        {
            await database.AddAsync(Receipt());
            await database.AddAsync(Receipt());
        });
        Assert.True(IsUniqueViolation(error));

        InboxReceipt Receipt() => new() { Source = "S01", Incarnation = Guid.Empty, Stream = "status", Sequence = 1, At = database.Now };
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task SiteControl_SecondCurrentImage_IsAUniqueViolation(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary(), Image(1, current: true), Image(2, current: false), Image(3, current: false));
        var error = await Assert.ThrowsAsync<DbUpdateException>(() => database.AddAsync(Image(4, current: true)));
        Assert.True(IsUniqueViolation(error));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task SiteControl_NewCurrentImageInOneSave_ReplacesTheOld(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary(), Image(1, current: true));
        await database.Store.InTransactionAsync(
            async (context, token) =>
            {
                var old = await context.SiteControl.SingleAsync(i => i.IsCurrent, token);
                old.IsCurrent = false;
                context.Add(Image(2, current: true));
            },
            Cancellation);
        await using var after = database.Open();
        Assert.Equal(2, (await after.SiteControl.SingleAsync(i => i.IsCurrent, Cancellation)).Serial);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task PruneChangesAsync_AllDeleted_SequenceGoesOn(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary());
        await database.AddAsync(Rows.Secondary("S01"), Rows.Secondary("S02"));
        Assert.Equal(2, await database.Store.PruneChangesAsync(1, Cancellation));
        var last = Assert.Single(await ChangesAsync(database)).Sequence;
        Assert.Equal(1, await database.Store.PruneChangesAsync(0, Cancellation));
        await database.AddAsync(Rows.Secondary("S03"));
        Assert.True(Assert.Single(await ChangesAsync(database)).Sequence > last);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task SaveChangesAsync_ProseLongerThanItsColumn_IsCut(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Message("P01", text: new string('x', 5000)));
        await using var context = database.Open();
        var text = (await context.StatusMessages.SingleAsync(Cancellation)).Text;
        Assert.Equal((4000, '…'), (text.Length, text[^1]));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public async Task Sites_ParentWithChildren_CannotBeDeleted(SmsProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await database.AddAsync(Rows.Primary(), Rows.Secondary("S01"));
        await Assert.ThrowsAnyAsync<Exception>(() => database.Store.InTransactionAsync(
            (context, token) => context.Sites.Where(s => s.Code == "P01").ExecuteDeleteAsync(token),
            Cancellation));
    }

    private static SiteControlImage Image(long serial, bool current) => new() { SiteCode = "P01", Kind = ControlImageKind.Actual, Serial = serial, IsCurrent = current, At = Rows.Start, Text = "x" };

    private static async Task<List<ChangeRow>> ChangesAsync(TestDatabase database)
    {
        await using var context = database.Open();
        return await context.Changes.OrderBy(c => c.Sequence).ToListAsync(Cancellation);
    }

    private static async Task AssertEmptyAsync(TestDatabase database)
    {
        await using var context = database.Open();
        Assert.Empty(await context.Sites.ToListAsync(Cancellation));
        Assert.Empty(await context.Changes.ToListAsync(Cancellation));
    }

    /// <summary>Another row has that key.</summary>
    private static bool IsUniqueViolation(Exception exception) => exception.GetBaseException() switch
    {
        SqliteException { SqliteExtendedErrorCode: 1555 or 2067 } => true,
        SqlException { Number: 2601 or 2627 } => true,
        _ => false,
    };
}
