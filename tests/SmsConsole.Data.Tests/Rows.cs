using SmsConsole.Data.Jobs;
using SmsConsole.Data.Queries;
using SmsConsole.Data.Sites;
using SmsConsole.Data.Status;

namespace SmsConsole.Data.Tests;

/// <summary>Rows as a test starts from them.</summary>
internal static class Rows
{
    public static readonly DateTime Start = new(2026, 1, 5, 8, 0, 0, DateTimeKind.Utc);

    public static Site Primary() => new()
    {
        Code = "P01",
        Name = "Primary site",
        Type = SiteType.Primary,
        Status = SiteStatus.Active,
        InstallDirectory = "/sms",
        CreatedAt = Start,
    };

    public static Site Secondary(string code, SiteStatus status = SiteStatus.Pending, DetailedStatus detailed = DetailedStatus.NewSite, int phase = 0, string? name = null) => new()
    {
        Code = code,
        Name = name ?? "Site " + code,
        Type = SiteType.Secondary,
        ParentCode = "P01",
        Status = status,
        DetailedStatus = detailed,
        Phase = phase,
        InstallDirectory = "/srv/" + code,
        Incarnation = Guid.Parse("11111111-1111-1111-1111-111111111111"),
        CreatedAt = Start,
    };

    public static Job Job(string id, string destination, JobType type = JobType.Bootstrap, JobStatus status = JobStatus.Active, int minute = 0) => new()
    {
        Id = id,
        Comment = $"{type} Job for {destination}",
        Type = type,
        Status = status,
        Destination = destination,
        Incarnation = Guid.Parse("11111111-1111-1111-1111-111111111111"),
        Priority = JobPriority.High,
        Phase = (int)type + 1,
        CreatedAt = Start.AddMinutes(minute),
    };

    public static SiteHistory Step(string code, int minute, (SiteStatus Status, DetailedStatus Detailed, int Phase) from, (SiteStatus Status, DetailedStatus Detailed, int Phase) to, string why = "next") => new()
    {
        SiteCode = code,
        At = Start.AddMinutes(minute),
        FromStatus = from.Status,
        FromDetailed = from.Detailed,
        FromPhase = from.Phase,
        ToStatus = to.Status,
        ToDetailed = to.Detailed,
        ToPhase = to.Phase,
        Why = why,
        Who = "Hierarchy Manager",
    };

    public static StatusMessage Message(string code, Severity severity = Severity.Information, string component = "Hierarchy Manager", int messageId = 350, string text = "New site initiated") => new()
    {
        At = Start,
        SiteCode = code,
        Component = component,
        MessageId = messageId,
        Severity = severity,
        Text = text,
    };
}
