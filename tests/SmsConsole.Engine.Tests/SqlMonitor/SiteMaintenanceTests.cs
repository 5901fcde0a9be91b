using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using SmsConsole.Data;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Operations;
using SmsConsole.Data.Queries;

namespace SmsConsole.Engine.Tests;

public class SiteMaintenanceTests
{
    [Fact]
    public async Task RunOnce_CompletedOperations_GoByAgeUnlessTheyAreStillNeeded()
    {
        await using var primary = await TestPrimary.StartAsync();
        var old = primary.Clock.GetUtcNow().UtcDateTime;
        await AddAsync(
            primary,
            Job("P0100101", JobStatus.Complete, old),
            Job("P0100102", JobStatus.Retrying, null),
            Operation("PlaceJob", "P0100101", old),
            Operation("PlaceJob", "P0100102", old), // the file of an open job is written again from it
            Operation("PlaceJob", "P0100101", old, payload: "a token"), // a confirmation may still come
            Operation("SetPriority", "P0100101", old, payload: "1"),
            Operation("RetryJob", "P0100999", old),
            Operation("CancelJob", "P0100102", completed: null));
        primary.Clock.Advance(MaintenanceLimits.Default.OperationAge + TimeSpan.FromDays(1));
        await AddAsync(primary, Operation("RetryJob", "P0100101", primary.Clock.GetUtcNow().UtcDateTime));

        await primary.Get<LeaseKeeper>().TryTakeAsync(TestPrimary.Cancel);
        await primary.Get<SiteMaintenance>().RunOnceAsync(TestPrimary.Cancel);

        var left = await primary.ReadAsync(db => db.Operations.OrderBy(o => o.Id).ToListAsync(TestPrimary.Cancel));
        Assert.Equal(["PlaceJob P0100102 ", "PlaceJob P0100101 a token", "CancelJob P0100102 ", "RetryJob P0100101 "], left.Select(o => $"{o.Kind} {o.Subject} {o.PayloadJson}"));
    }

    [Fact]
    public async Task RunOnce_TooManyCompletedOperations_KeepsTheNewest()
    {
        await using var primary = await TestPrimary.StartAsync();
        var now = primary.Clock.GetUtcNow().UtcDateTime;
        await AddAsync(primary, [.. Enumerable.Range(0, 1207).Select(i => Operation("RetryJob", $"P01{i:00000}", now))]);

        await Few(primary).RunOnceAsync(TestPrimary.Cancel);

        var left = await primary.ReadAsync(db => db.Operations.OrderBy(o => o.Id).Select(o => o.Subject).ToListAsync(TestPrimary.Cancel));
        Assert.Equal((7, "P0101200"), (left.Count, left[0]));
    }

    [Fact]
    public async Task RunOnce_Receipts_ArePrunedWithoutLettingAMessageInTwice()
    {
        await using var primary = await TestPrimary.StartAsync();
        using var site = await primary.InstallToPhase4Async();
        var gone = Guid.NewGuid();
        const int Count = MaintenanceLimits.ReceiptsPerStream + 300;
        await AddAsync(primary, [.. Enumerable.Range(1, Count).Select(i => Receipt(site.Incarnation, "status", i)), Receipt(gone, "status", 1), Receipt(site.Incarnation, "control", 1)]);

        await primary.Get<SiteMaintenance>().RunOnceAsync(TestPrimary.Cancel);

        var left = await primary.ReadAsync(db => db.InboxReceipts.OrderBy(r => r.Stream).ThenBy(r => r.Sequence).ToListAsync(TestPrimary.Cancel));
        Assert.DoesNotContain(left, r => r.Incarnation == gone);
        Assert.Equal((1L, 301L, (long)Count, MaintenanceLimits.ReceiptsPerStream + 1), (left[0].Sequence, left[1].Sequence, left[^1].Sequence, left.Count));

        // Both one whose receipt has gone and one whose receipt is kept, although the window of the Despooler may have been lost.
        foreach (var sequence in (long[])[1, 300, 301, Count])
        {
            site.Tell("[]"u8.ToArray(), site.Envelope("status", "status", sequence, "[]"u8.ToArray()));
        }

        var message = """[{"at":"2026-01-05T08:00:00+00:00","component":"SMS_SCHEDULER","messageId":1,"severity":"Warning","text":"new"}]"""u8.ToArray();
        site.Tell(message, site.Envelope("status", "status", Count + 1, message));
        await primary.ReceiveStatusAsync();
        Assert.Equal(1, await primary.ReadAsync(db => db.InboxReceipts.CountAsync(r => r.Sequence > Count && r.Stream == "status", TestPrimary.Cancel)));
        Assert.Equal(MaintenanceLimits.ReceiptsPerStream + 2, await primary.ReadAsync(db => db.InboxReceipts.CountAsync(TestPrimary.Cancel)));
    }

    [Fact]
    public async Task RunOnce_EndedSendRequests_GoByAgeUnlessTheirJobIsOpen()
    {
        await using var primary = await TestPrimary.StartAsync();
        var old = primary.Clock.GetUtcNow().UtcDateTime;
        await AddAsync(
            primary,
            Job("P0100101", JobStatus.Complete, old),
            Job("P0100102", JobStatus.Retrying, null),
            Request("P0100101", SendingStatus.Ok, null),
            Request("P0100102", SendingStatus.Invalid, old), // that there is one says that the job is with the sender
            Request("P0100103", SendingStatus.Cancelled, old),
            Request("P0100104", SendingStatus.Error, old));
        primary.Clock.Advance(MaintenanceLimits.Default.SendRequestAge + TimeSpan.FromDays(1));
        await AddAsync(primary, Request("P0100105", SendingStatus.Ok, primary.Clock.GetUtcNow().UtcDateTime));

        await primary.Get<LeaseKeeper>().TryTakeAsync(TestPrimary.Cancel);
        await primary.Get<SiteMaintenance>().RunOnceAsync(TestPrimary.Cancel);

        Assert.Equal(["P0100102", "P0100104", "P0100105"], await primary.ReadAsync(db => db.SendRequests.OrderBy(r => r.Id).Select(r => r.Id).ToListAsync(TestPrimary.Cancel)));
        Assert.Equal(2, await primary.ReadAsync(db => db.Jobs.CountAsync(TestPrimary.Cancel)));
    }

    [Fact]
    public async Task RunOnce_TooManyEndedSendRequests_KeepsTheNewest()
    {
        await using var primary = await TestPrimary.StartAsync();
        var now = primary.Clock.GetUtcNow().UtcDateTime;
        await AddAsync(primary, [.. Enumerable.Range(0, 609).Select(i => Request($"P01{i:00000}", SendingStatus.Ok, now))]);

        await Few(primary).RunOnceAsync(TestPrimary.Cancel);

        var left = await primary.ReadAsync(db => db.SendRequests.OrderBy(r => r.Id).Select(r => r.Id).ToListAsync(TestPrimary.Cancel));
        Assert.Equal((9, "P0100600"), (left.Count, left[0]));
    }

    [Fact]
    public async Task RunOnce_LeaseLost_ChangesNothing()
    {
        await using var primary = await TestPrimary.StartAsync();
        await AddAsync(primary, Operation("RetryJob", "P0100101", primary.Clock.GetUtcNow().UtcDateTime - (2 * MaintenanceLimits.Default.OperationAge)));
        primary.Get<EngineFence>().Number = 0;

        await Assert.ThrowsAsync<FenceLostException>(() => primary.Get<SiteMaintenance>().RunOnceAsync(TestPrimary.Cancel));

        Assert.Single(await primary.ReadAsync(db => db.Operations.ToListAsync(TestPrimary.Cancel)));
    }

    /// <summary>More than a batch goes: the limits are low.</summary>
    private static SiteMaintenance Few(TestPrimary primary) =>
        new(primary.Get<EngineStore>(), primary.Get<SmsStore>(), MaintenanceLimits.Default with { Operations = 7, SendRequests = 9 }, primary.Get<PrimarySite>(), NullLogger<SiteMaintenance>.Instance);

    private static Task AddAsync(TestPrimary primary, params object[] rows) => primary.Get<SmsStore>().InTransactionAsync(
        (db, _) =>
        {
            db.AddRange(rows);
            return Task.CompletedTask;
        },
        TestPrimary.Cancel);

    private static Operation Operation(string kind, string subject, DateTime? completed, string? payload = null) =>
        new() { Kind = kind, Subject = subject, PayloadJson = payload, CompletedAt = completed };

    private static InboxReceipt Receipt(Guid incarnation, string stream, long sequence) => new() { Source = "S01", Incarnation = incarnation, Stream = stream, Sequence = sequence };

    private static SendRequestState Request(string id, SendingStatus state, DateTime? heartbeat) =>
        new() { Id = id, JobId = id, Destination = "S01", Outbox = "LAN", State = state, Heartbeat = heartbeat };

    private static Job Job(string id, JobStatus status, DateTime? ended) =>
        new() { Id = id, Comment = "a job", Destination = "S01", Status = status, EndedAt = ended };
}
