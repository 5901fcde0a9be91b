using System.Globalization;
using System.Text.Json;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>
/// SMS_STATUS_MANAGER of a secondary: keeps status messages until the parent has them.
/// <list type="bullet">
/// <item>Woken by a new .SVF; the timer is the guarantee.</item>
/// <item>Reads STATMGR.BOX.</item>
/// <item>May place a job with a batch of messages and delete the messages once the job is on disk.</item>
/// <item>Killed here: the messages are still there and are sent; between the job and the deletion they are sent a second time.</item>
/// </list>
/// </summary>
public sealed class StatusManager(IDisk disk, SmsRoot root, SiteIdentity identity, TimeProvider clock, TraceLog log) : IStatusSink
{
    private const int MaximumMessage = 16 << 10;
    private const int MaximumBatch = 200;

    /// <summary>Bytes of one batch's messages. The parent refuses a batch of more than 1 MiB, and a refused batch is lost.</summary>
    private const int MaximumBatchBytes = 512 << 10;
    private readonly JobIds _ids = new(disk, root, identity.SiteCode);

    /// <summary>The same manager, telling another log.</summary>
    public StatusManager With(TraceLog other) => new(disk, root, identity, clock, other);

    /// <summary>Keeps a message durably and writes it to the log.</summary>
    public void Raise(string component, int messageId, TraceLevel severity, string text, string? jobId = null)
    {
        var at = clock.GetUtcNow();
        log.Write(severity, $"{component} {messageId.ToString(CultureInfo.InvariantCulture)}: {text}");
        var message = new SiteMessage(at, component, messageId, severity, text.Length > 2000 ? text[..2000] : text, jobId);
        disk.CreateDirectory(root.StatusBox);
        disk.Write(Path.Combine(root.StatusBox, $"{at.UtcTicks:X16}-{Guid.NewGuid():N}.SVF"), JsonSerializer.SerializeToUtf8Bytes(message, SiteJson.Default.SiteMessage));
    }

    public Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var batch = new List<SiteMessage>();
        var files = new List<string>();
        var bytes = 0L;
        foreach (var file in disk.ListFiles(root.StatusBox, "*.SVF").Take(MaximumBatch))
        {
            try
            {
                if (Read(file) is not { } message)
                {
                    continue;
                }

                bytes += JsonSerializer.SerializeToUtf8Bytes(message, SiteJson.Default.SiteMessage).Length + 1;
                if (bytes > MaximumBatchBytes)
                {
                    break; // the rest is another batch
                }

                batch.Add(message);
                files.Add(file);
            }
            catch (IOException e)
            {
                // One message that cannot be read now must not keep the others waiting; it comes again with the next round.
                log.Error($"{Path.GetFileName(file)}: will try again: {e.Message}");
            }
        }

        if (batch.Count > 0)
        {
            var payload = JsonSerializer.SerializeToUtf8Bytes(batch, SiteJson.Default.IReadOnlyListSiteMessage);
            Scheduler.PlaceForParent(
                disk, root, identity, _ids.Next(), $"Status Job for {identity.ParentCode}", Formats.SendRequestPriority.Medium, EnvelopeTypes.Status, EnvelopeStreams.Status, payload, clock.GetUtcNow());
            files.ForEach(disk.Delete);
        }

        return Task.CompletedTask;
    }

    private SiteMessage? Read(string file)
    {
        if (Inbox.TryRead(disk, file, MaximumMessage, out var error) is { } content && SiteJson.TryRead(content, SiteJson.Default.SiteMessage, out error) is { } message)
        {
            return message;
        }

        Inbox.SetAside(disk, root.StatusBox, error, null, file);
        return null;
    }
}

/// <summary>Ids of a secondary's own jobs: site code and five characters.</summary>
public sealed class JobIds(IDisk disk, SmsRoot root, string siteCode)
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private readonly SequenceNumbers _numbers = new(disk, root);

    public string Next() => Format(siteCode, _numbers.Next("JOB", Guid.Empty, "id"));

    /// <summary>Site code and the number in base 36, five digits at least.</summary>
    public static string Format(string siteCode, long number)
    {
        var text = string.Empty;
        for (var rest = number; rest > 0 || text.Length < 5; rest /= 36)
        {
            text = Digits[(int)(rest % 36)] + text;
        }

        return siteCode + text;
    }
}
