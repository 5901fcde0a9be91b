using System.Security.Cryptography;
using System.Text.Json;
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.TestKit;

/// <summary>
/// A secondary as its parent sees it: it answers with the files a real site would. It can lag (nothing is written until
/// <see cref="Deliver"/>), duplicate, reorder, speak for others and die.
/// </summary>
public sealed class FakeSite(string code, string parent, SmsRoot parentRoot, IDisk disk, TimeProvider clock) : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<Action> _lagging = [];
    private long _control;
    private long _status;

    public string Code { get; } = code;

    /// <summary>Given by the bootstrap order.</summary>
    public Guid Incarnation { get; set; }

    /// <summary>Files are written only by <see cref="Deliver"/>.</summary>
    public bool Lags { get; set; }

    public byte[] PublicKey => _key.ExportSubjectPublicKeyInfo();

    /// <summary>The Bootstrap service's confirmation.</summary>
    public void Confirm(BootstrapOrder order, string? token = null, string? runtimeId = null)
    {
        Incarnation = order.Incarnation;
        var key = Convert.ToBase64String(PublicKey);
        var enrolment = new Enrolment(Code, Incarnation, key, EnrolmentProof.Compute(token ?? order.Token, Code, Incarnation, key), "1.0.0", clock.GetUtcNow(), runtimeId);
        Send(() => disk.Write(Path.Combine(parentRoot.SiteConfigBox, Code + ".ENR"), JsonSerializer.SerializeToUtf8Bytes(enrolment, SiteJson.Default.Enrolment)));
    }

    /// <summary>A report, as the Despooler lays it down. Returns its envelope, to send it again.</summary>
    public Envelope Report(byte[]? content = null, Envelope? envelope = null, string? speaksOf = null)
    {
        content ??= ReportFile(speaksOf ?? Code);
        envelope ??= Envelope(EnvelopeTypes.SiteReport, EnvelopeStreams.Control, ++_control, content);
        Send(() => Lay(Path.Combine(parentRoot.SiteConfigBox, Name(envelope) + ".CT2"), content, envelope));
        return envelope;
    }

    public Envelope Tell(params IReadOnlyList<SiteMessage> messages) => Tell(JsonSerializer.SerializeToUtf8Bytes(messages, SiteJson.Default.IReadOnlyListSiteMessage));

    public Envelope Tell(byte[] content, Envelope? envelope = null)
    {
        envelope ??= Envelope(EnvelopeTypes.Status, EnvelopeStreams.Status, ++_status, content);
        Send(() => Lay(Path.Combine(parentRoot.StatusBox, Name(envelope) + ".SVF"), content, envelope));
        return envelope;
    }

    /// <summary>The Bootstrap service gives up.</summary>
    /// <param name="jobId">The job whose package is at fault.</param>
    public Envelope Fail(int messageId, string text, string? jobId = null) => Tell(new SiteMessage(clock.GetUtcNow(), SiteComponents.Bootstrap, messageId, TraceLevel.Error, text, jobId));

    /// <summary>What lagged arrives.</summary>
    public void Deliver(bool reversed = false)
    {
        Lags = false;
        if (reversed)
        {
            _lagging.Reverse();
        }

        _lagging.ForEach(send => send());
        _lagging.Clear();
    }

    /// <summary>What was under way is lost.</summary>
    public void Die() => _lagging.Clear();

    public byte[] ReportFile(string speaksOf, SiteControlFileType type = SiteControlFileType.Actual, string build = "1.0.7") => SiteControlFile.From(new SiteControlImage
    {
        Build = build,
        Type = type,
        TargetSite = speaksOf,
        OriginatingSite = speaksOf,
        PostedAt = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds()),
        Account = new SiteControlAccount(SiteControlSiteType.Secondary, speaksOf, parent, "branch", "", "Site " + speaksOf, "/srv/sms"),
        Properties = [new SiteControlProperty(ServiceState.PropertyPrefix + "SMS_SCHEDULER", "Running", "2026-01-05T08:00:00Z", 2)],
        Domains = [new SiteControlDomain("SMS", "", LogonServerSource.Enumerated, [])],
        Addresses = [new SiteControlAddress(speaksOf, parent, "MS_LAN_SENDER", "LAN_DEFAULT", "")],
        Components = [new SiteControlComponent(SiteComponentTraits.Install, "SMS_SCHEDULER", "sms-site", "branch", "")],
        Senders = [new SiteControlSender(SiteComponentTraits.Install, "MS_LAN_SENDER", "sms-site", "branch", "", "SMS_LAN_SENDER", ["LAN_DEFAULT"])],
    }).ToBytes();

    public Envelope Envelope(string type, string stream, long sequence, byte[] content) =>
        new(1, Code, parent, Incarnation, stream, sequence, type, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), clock.GetUtcNow());

    public void Dispose() => _key.Dispose();

    private static string Name(Envelope envelope) => $"{envelope.Source}{envelope.Sequence:X5}";

    private void Lay(string file, byte[] content, Envelope envelope)
    {
        disk.Write(Path.ChangeExtension(file, ".ENV"), JsonSerializer.SerializeToUtf8Bytes(envelope, SiteJson.Default.Envelope));
        disk.Write(file, content);
    }

    private void Send(Action send)
    {
        if (Lags)
        {
            _lagging.Add(send);
        }
        else
        {
            send();
        }
    }
}
