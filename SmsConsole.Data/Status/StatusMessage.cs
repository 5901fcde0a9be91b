using SmsConsole.Data.Queries;

namespace SmsConsole.Data.Status;

/// <summary>A numbered event of a component (KB122180, KB122181).</summary>
internal sealed class StatusMessage
{
    public long Id { get; set; }

    public DateTime At { get; set; }

    public required string SiteCode { get; set; }

    public required string Component { get; set; }

    public int MessageId { get; set; }

    public Severity Severity { get; set; }

    public required string Text { get; set; }
}

/// <summary>Who did what; one row in the transaction of the change.</summary>
internal sealed class AuditEntry
{
    public long Id { get; set; }

    public DateTime At { get; set; }

    public required string Who { get; set; }

    /// <summary>Stable name such as <c>site.create</c>.</summary>
    public required string Action { get; set; }

    public required string Target { get; set; }

    public string? Before { get; set; }

    public string? After { get; set; }

    public bool Succeeded { get; set; }
}
