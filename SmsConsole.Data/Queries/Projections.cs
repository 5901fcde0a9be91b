using System.Linq.Expressions;
using System.Security.Cryptography;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Security;
using SmsConsole.Data.Sites;
using SmsConsole.Data.Status;

namespace SmsConsole.Data.Queries;

/// <summary>Rows as they are read. Only the columns named are fetched; what surrounds them is computed here, not by the database.</summary>
internal static class Projections
{
    public static readonly Expression<Func<Site, SiteRow>> SiteRow = s => new SiteRow(
        s.Code,
        s.Name,
        s.Type,
        s.ParentCode,
        s.Status,
        s.DetailedStatus,
        s.Phase,
        PhaseText.For(s.Status, s.DetailedStatus, s.Phase),
        s.Status == SiteStatus.Pending || s.Status == SiteStatus.Upgrade,
        Wait(s.WaitText, s.WaitSince, s.WaitUntil),
        s.Version,
        Utc(s.LastReportAt),
        s.Revision);

    public static readonly Expression<Func<SiteHistory, SiteHistoryRow>> HistoryRow = h => new SiteHistoryRow(
        h.Id, Utc(h.At), h.FromStatus, h.FromDetailed, h.ToStatus, h.ToDetailed, h.FromPhase, h.ToPhase, h.Why, h.Who);

    public static readonly Expression<Func<SiteControlImage, ControlImageRow>> ImageRow = i => new ControlImageRow(
        i.Id, i.SiteCode, i.Kind, i.Serial, Utc(i.At), i.Text, i.IsCurrent);

    public static readonly Expression<Func<SiteControlImage, ControlImageRow>> ImageRowWithoutText = i => new ControlImageRow(
        i.Id, i.SiteCode, i.Kind, i.Serial, Utc(i.At), "", i.IsCurrent);

    public static readonly Expression<Func<SiteAddress, AddressRow>> AddressRow = a => new AddressRow(
        a.Destination, a.Sender, a.Transport, a.Host, a.Port, a.User, a.ProtectedPrivateKey != null, a.HostKey, HostKeyFingerprint(a.HostKey), a.Directory);

    public static readonly Expression<Func<Job, JobRow>> JobRow = j => new JobRow(
        j.Id,
        j.Comment,
        j.Type,
        j.Status,
        j.SendingStatus,
        j.WorkingStatus,
        j.Destination,
        j.Priority,
        j.Phase,
        j.BytesTotal,
        j.BytesSent,
        j.Attempts,
        Utc(j.CreatedAt),
        Utc(j.StartedAt),
        Utc(j.EndedAt),
        Utc(j.NextTryAt),
        Wait(j.WaitText, j.WaitSince, j.NextTryAt),
        j.Reason,
        j.Revision);

    public static readonly Expression<Func<SendRequestState, SendRequestRow>> SendRequestRow = r => new SendRequestRow(
        r.Id, r.JobId, r.Destination, r.Outbox, r.Priority, r.State, r.BytesTotal, r.BytesSent, r.Attempts, Utc(r.NextTryAt), Utc(r.Heartbeat), r.Reason);

    public static readonly Expression<Func<StatusMessage, StatusMessageRow>> StatusMessageRow = m => new StatusMessageRow(
        m.Id, Utc(m.At), m.SiteCode, m.Component, m.MessageId, m.Severity, m.Text);

    public static readonly Expression<Func<AuditEntry, AuditRow>> AuditRow = a => new AuditRow(
        a.Id, Utc(a.At), a.Who, a.Action, a.Target, a.Before, a.After, a.Succeeded);

    /// <summary>Locked out is a matter of the moment it is asked.</summary>
    public static Expression<Func<ConsoleUser, UserRow>> UserRow(DateTimeOffset now) => u => new UserRow(
        u.UserName ?? "", u.Role, u.Disabled, u.LockoutEnabled && u.LockoutEnd > now, Utc(u.LastSignInAt));

    public static DateTimeOffset Utc(DateTime time) => new(time, TimeSpan.Zero);

    public static DateTimeOffset? Utc(DateTime? time) => time is { } known ? Utc(known) : null;

    public static WaitRow? Wait(string? text, DateTime? since, DateTime? until) =>
        text is null || since is not { } start ? null : new WaitRow(text, Utc(start), Utc(until));

    /// <summary>As <c>ssh-keygen -l</c> prints it.</summary>
    public static string Fingerprint(byte[] key) => "SHA256:" + Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=');

    /// <summary>Of a host key as in known_hosts: the key is the first part that is one, after the type. Null where there is none.</summary>
    public static string? HostKeyFingerprint(string? hostKey)
    {
        var encoded = hostKey?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1);
        var key = new byte[(encoded?.Length ?? 0) + 3];
        return encoded is not null && Convert.TryFromBase64String(encoded, key, out var length) && length > 0 ? Fingerprint(key[..length]) : null;
    }
}
