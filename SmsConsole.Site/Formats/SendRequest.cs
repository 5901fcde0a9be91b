using System.Text.Json;

namespace SmsConsole.SiteServer.Formats;

/// <summary>State of a send request (KB123221).</summary>
public enum SendState
{
    None,
    Started,
    Connecting,
    Sending,
    Error,
    Invalid,
    Cancelled,
    Suspended,
    Ok,
}

/// <summary>What a send request asks for.</summary>
public enum SendRequestKind
{
    Bootstrap,
    Package,
}

/// <summary>A send request, the content of a .SRQ file; claimed by a sender it is a .SRS file and carries its progress.</summary>
/// <param name="SyncPoint">Bytes the receiver has acknowledged: where to go on.</param>
public sealed record SendRequest(
    string RequestId,
    string JobId,
    string Destination,
    Guid Incarnation,
    int Priority,
    string Outbox,
    SendRequestKind Kind,
    string? PackageFile,
    string? InstructionFile,
    string? PackageName,
    long BytesTotal,
    long SyncPoint,
    SendState State,
    int Attempts,
    int ConnectAttempts,
    DateTimeOffset? NextTryAt,
    DateTimeOffset? Heartbeat,
    string? Reason,
    DateTimeOffset CreatedAt)
{
    /// <summary>Longest file that is read, in bytes.</summary>
    public const int MaximumLength = 32 << 10;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, SiteJson.Default.SendRequest);

    /// <summary>The request, or null with the reason.</summary>
    public static SendRequest? TryParse(ReadOnlySpan<byte> content, out string error)
    {
        var request = SiteJson.TryRead(content, SiteJson.Default.SendRequest, out error);
        if (request is null)
        {
            return null;
        }

        var complete = IsId(request.RequestId) && IsId(request.JobId) && SiteCodes.IsValid(request.Destination)
            && request.Priority is >= 1 and <= 3 && request.InstructionFile is not null
            && request.BytesTotal >= 0 && request.SyncPoint >= 0 && request.SyncPoint <= request.BytesTotal
            && (request.Kind == SendRequestKind.Bootstrap || (request.PackageFile is not null && request.PackageName is not null && IsId(request.PackageName)));
        error = complete ? string.Empty : "A field of the send request is missing or out of its range.";
        return complete ? request : null;
    }

    private static bool IsId(string text) => text.Length is > 3 and <= 32 && text.All(char.IsAsciiLetterOrDigit);
}
