using System.Security.Cryptography;
using System.Text.Json;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>
/// SMS_SCHEDULER: turns jobs into signed instructions and send requests.
/// <list type="bullet">
/// <item>Woken by a new .JOB file; the timer is the guarantee. Once an hour it also has the spool tidied, at every site.</item>
/// <item>Reads SCHEDULE.BOX/*.JOB and the payload each names.</item>
/// <item>May write TOSEND and the outboxes, and delete a .JOB once its send request is on disk; <see cref="SpoolMaintenance"/> says what else.</item>
/// <item>Killed here: the .JOB is still there and is done again; a request that exists already is not made twice.</item>
/// </list>
/// </summary>
public sealed class Scheduler(IDisk disk, SmsRoot root, string siteCode, SiteKey key, TimeProvider clock, TraceLog log)
{
    /// <summary>The outbox of the LAN Sender.</summary>
    public const string LanOutbox = "LAN";

    private const int MaximumJobFile = 64 << 10;
    private readonly SequenceNumbers _sequences = new(disk, root);
    private readonly SpoolMaintenance _maintenance = new(disk, root, clock, log);

    /// <summary>Places a job durably; the same id twice is one job.</summary>
    public static void Place(IDisk disk, SmsRoot root, SystemJob job)
    {
        disk.CreateDirectory(root.ScheduleBox);
        disk.Write(Path.Combine(root.ScheduleBox, job.Id + ".JOB"), JsonSerializer.SerializeToUtf8Bytes(job, SiteJson.Default.SystemJob), ownerOnly: true);
    }

    /// <summary>Places a job that brings its payload to the parent; the same id twice is one job. The payload is there before the job that names it.</summary>
    /// <param name="type">One of <see cref="EnvelopeTypes"/>.</param>
    /// <param name="stream">One of <see cref="EnvelopeStreams"/>.</param>
    public static void PlaceForParent(IDisk disk, SmsRoot root, SiteIdentity identity, string id, string comment, SendRequestPriority priority, string type, string stream, byte[] payload, DateTimeOffset now)
    {
        disk.CreateDirectory(root.ToSend);
        disk.Write(PayloadFile(root, id), payload);
        Place(disk, root, new SystemJob(id, comment, SystemJobKind.Package, identity.ParentCode, identity.Incarnation, (int)priority, PayloadFile(root, id), type, stream, Order: null, now));
    }

    /// <summary>The payload file of a job that brings its own.</summary>
    public static string PayloadFile(SmsRoot root, string jobId) => Path.Combine(root.ToSend, jobId + ".P00");

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        _maintenance.RunWhenDue();
        foreach (var file in disk.ListFiles(root.ScheduleBox, "*.JOB"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await ScheduleAsync(file, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // One job that cannot be done now must not keep the others waiting; it comes again with the next round.
                log.Error($"{Path.GetFileName(file)}: will try again: {e.Message}");
            }
        }
    }

    private async Task ScheduleAsync(string file, CancellationToken cancellationToken)
    {
        if (ReadJob(file) is not { } job)
        {
            return;
        }

        var request = Path.Combine(root.Outbox(LanOutbox), job.Id + ".SRQ");
        if (!disk.FileExists(request) && !disk.FileExists(Path.ChangeExtension(request, ".SRS")))
        {
            if (job.Kind == SystemJobKind.Package && !disk.FileExists(job.PayloadFile!))
            {
                Inbox.SetAside(disk, root.ScheduleBox, $"The payload {job.PayloadFile} is not there.", null, file);
                log.Error($"{job.Comment} ({job.Id}) set aside: its payload {job.PayloadFile} is not there.");
                return;
            }

            disk.CreateDirectory(root.ToSend);
            disk.CreateDirectory(root.Outbox(LanOutbox));
            var instruction = Path.Combine(root.ToSend, job.Id + ".I00");
            var length = 0L;
            if (job.Kind == SystemJobKind.Package)
            {
                length = await WriteInstructionAsync(job, instruction, cancellationToken);
            }
            else
            {
                disk.Write(instruction, JsonSerializer.SerializeToUtf8Bytes(job.Order!, SiteJson.Default.BootstrapOrder), ownerOnly: true);
            }

            disk.Write(request, NewRequest(job, instruction, length).ToBytes());
            log.Information($"{job.Comment} ({job.Id}): send request {job.Id}.SRQ for {job.Destination} in outbox {LanOutbox}.");
        }

        disk.Delete(file);
    }

    private async Task<long> WriteInstructionAsync(SystemJob job, string instruction, CancellationToken cancellationToken)
    {
        await using var payload = disk.OpenRead(job.PayloadFile!);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(payload, cancellationToken));
        var envelope = new Envelope(
            1,
            siteCode,
            job.Destination,
            job.Incarnation,
            job.Stream!,
            _sequences.Next(job.Destination, job.Incarnation, job.Stream!),
            job.EnvelopeType!,
            payload.Length,
            hash,
            clock.GetUtcNow(),
            job.Id);
        disk.Write(instruction, Instruction.Sign(envelope, key));
        return payload.Length;
    }

    private SendRequest NewRequest(SystemJob job, string instruction, long length) => new()
    {
        RequestId = job.Id,
        JobId = job.Id,
        Destination = job.Destination,
        Incarnation = job.Incarnation,
        Priority = (SendRequestPriority)job.Priority,
        Outbox = LanOutbox,
        Kind = job.Kind == SystemJobKind.Bootstrap ? SendRequestKind.Bootstrap : SendRequestKind.Package,
        PackageFile = job.PayloadFile ?? string.Empty,
        InstructionFile = instruction,
        PackageName = job.Id,
        State = SendRequestState.None,
        BytesTotal = length,
        CreatedAt = clock.GetUtcNow(),
    };

    private SystemJob? ReadJob(string file)
    {
        if (Inbox.TryRead(disk, file, MaximumJobFile, out var error) is { } content)
        {
            var job = SiteJson.TryRead(content, SiteJson.Default.SystemJob, out error);
            if (job is not null && IsComplete(job))
            {
                return job;
            }

            error = job is null ? error : "A field of the job is missing.";
        }

        Inbox.SetAside(disk, root.ScheduleBox, error, null, file);
        log.Error($"{Path.GetFileName(file)} set aside: {error}");
        return null;
    }

    private static bool IsComplete(SystemJob job) =>
        SiteCodes.IsValid(job.Destination) && job.Id.Length is > 3 and <= 32 && job.Id.All(char.IsAsciiLetterOrDigit) && job.Priority is >= 1 and <= 3
        && (job.Kind == SystemJobKind.Bootstrap
            ? job.Order is not null
            : job is { PayloadFile: not null, EnvelopeType: not null, Stream: not null });
}
