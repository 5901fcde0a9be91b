using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmsConsole.SiteServer.Formats;

/// <summary>Where a send request stands: the sender statuses of KB123221, in their order. Stored by name.</summary>
[JsonConverter(typeof(NamedEnumConverter<SendRequestState>))]
public enum SendRequestState
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

/// <summary>Written by name; the numbers are those of KB123221.</summary>
[JsonConverter(typeof(NamedEnumConverter<SendRequestPriority>))]
public enum SendRequestPriority
{
    High = 1,
    Medium = 2,
    Low = 3,
}

/// <summary>What the sender does at the destination.</summary>
[JsonConverter(typeof(NamedEnumConverter<SendRequestKind>))]
public enum SendRequestKind
{
    /// <summary>Installs and starts the Bootstrap service (seed 000).</summary>
    Bootstrap,

    /// <summary>Delivers a package and its instruction to the Despooler.</summary>
    Package,
}

/// <summary>
/// A send request: .SRQ before a sender took it, .SRS after (KB123221, KB200645). JSON, at most
/// <see cref="MaxBytes"/>, camelCase, enums by name, times ISO 8601; unknown, repeated and missing fields are refused
/// (a missing one would otherwise become null, whatever its initial value says).
/// </summary>
public sealed record SendRequest
{
    public const int MaxBytes = 64 * 1024;

    /// <summary>The only format there is so far.</summary>
    public const int CurrentFormat = 1;

    public const string NewExtension = ".SRQ";
    public const string TakenExtension = ".SRS";

    /// <summary>Version of this file format; other versions are refused.</summary>
    [JsonRequired]
    public int Format { get; init; } = CurrentFormat;

    /// <summary>1 to 32 letters, digits, dashes or underscores; also the file's name.</summary>
    public required string RequestId { get; init; }

    /// <summary>The job it belongs to: 1 to 32 letters, digits, dashes or underscores.</summary>
    public required string JobId { get; init; }

    /// <summary>Site code of the receiver: three capital letters or digits.</summary>
    public required string Destination { get; init; }

    /// <summary>Tells a site from an earlier one with the same code; never empty.</summary>
    public required Guid Incarnation { get; init; }

    public required SendRequestPriority Priority { get; init; }

    /// <summary>Name of the outbox it waits in: LAN_DEFAULT.</summary>
    public required string Outbox { get; init; }

    public required SendRequestKind Kind { get; init; }

    /// <summary>Path of the package at the sending site; never empty for <see cref="SendRequestKind.Package"/>.</summary>
    [JsonRequired]
    public string PackageFile { get; init; } = "";

    /// <summary>Path of the instruction at the sending site; empty when there is none.</summary>
    [JsonRequired]
    public string InstructionFile { get; init; } = "";

    /// <summary>File name at the receiver, no directory; never empty for <see cref="SendRequestKind.Package"/>.</summary>
    [JsonRequired]
    public string PackageName { get; init; } = "";

    public required SendRequestState State { get; init; }

    /// <summary>Bytes to send, package and instruction together; 0 while unknown.</summary>
    [JsonRequired]
    public long BytesTotal { get; init; }

    /// <summary>Bytes the receiver has acknowledged, where the next attempt goes on. At most <see cref="BytesTotal"/>.</summary>
    [JsonRequired]
    public long SyncPoint { get; init; }

    /// <summary>Attempts to send, from 0.</summary>
    [JsonRequired]
    public int Attempts { get; init; }

    /// <summary>Attempts to connect, from 0.</summary>
    [JsonRequired]
    public int ConnectAttempts { get; init; }

    /// <summary>Null: at once.</summary>
    [JsonRequired]
    public DateTimeOffset? NextTryAt { get; init; }

    /// <summary>When the sender was last seen at work on it.</summary>
    [JsonRequired]
    public DateTimeOffset? Heartbeat { get; init; }

    /// <summary>Why it stands where it stands, for people; made one line of at most 1024 characters.</summary>
    [JsonRequired]
    public string Reason
    {
        get;
        init => field = SendRequestRules.OneLine(value);
    } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The request's file: .SRQ until a sender has taken it, then .SRS.</summary>
    [JsonIgnore]
    public string FileName => RequestId + (State == SendRequestState.None ? NewExtension : TakenExtension);

    /// <summary>Reads a request; the only error code is <see cref="FormatErrorCode.BadSendRequest"/>.</summary>
    public static ParseResult<SendRequest> Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            return Bad(0, $"The file has {bytes.Length} bytes; at most {MaxBytes} are allowed.");
        }

        SendRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(bytes, SendRequestJson.Default.SendRequest);
        }
        catch (JsonException e)
        {
            return Bad((int)Math.Min(e.LineNumber + 1 ?? 0, int.MaxValue), $"Not a send request{(e.Path is { Length: > 2 } path ? " at " + path[2..] : "")}.");
        }

        return request is null ? Bad(0, "Not a send request.") : SendRequestRules.Broken(request) is { } rule ? Bad(0, rule) : request;
    }

    /// <summary>The file, indented and with a final line feed.</summary>
    /// <exception cref="ArgumentException">The request breaks a rule <see cref="Parse"/> holds it to: a bug of the caller.</exception>
    public byte[] ToBytes() => SendRequestRules.Broken(this) is { } rule
        ? throw new ArgumentException(rule)
        : [.. JsonSerializer.SerializeToUtf8Bytes(this, SendRequestJson.Default.SendRequest), (byte)'\n'];

    private static FormatError Bad(int line, string message) => new(FormatErrorCode.BadSendRequest, line, message);
}

/// <summary>What must hold beyond the shape of the file.</summary>
internal static class SendRequestRules
{
    public const int MaxText = 1024;

    public static string? Broken(SendRequest r) => r switch
    {
        { Format: not SendRequest.CurrentFormat } => $"Format {r.Format} is not one this version reads.",
        _ when !IsId(r.RequestId) => "requestId is not 1 to 32 letters, digits, dashes or underscores.",
        _ when !IsId(r.JobId) => "jobId is not 1 to 32 letters, digits, dashes or underscores.",
        _ when !SiteControlRules.IsSiteCode(r.Destination) => "destination is not a site code.",
        _ when r.Incarnation == Guid.Empty => "incarnation is empty.",
        _ when !Enum.IsDefined(r.Priority) || !Enum.IsDefined(r.Kind) || !Enum.IsDefined(r.State) => "priority, kind or state is unknown.",
        _ when !IsId(r.Outbox) => "outbox is not 1 to 32 letters, digits, dashes or underscores.",
        _ when !IsLine(r.PackageFile) || !IsLine(r.InstructionFile) => "A text has a control character or is too long.",
        _ when r.PackageName.Length > 0 && !FileNames.IsPlain(r.PackageName) => "packageName is not a plain file name.",
        { Kind: SendRequestKind.Package } when r.PackageFile.Length == 0 || r.PackageName.Length == 0 => "A package request without its package.",
        _ when r.BytesTotal < 0 || r.SyncPoint < 0 || r.SyncPoint > r.BytesTotal => "syncPoint is not between 0 and bytesTotal.",
        _ when r.Attempts < 0 || r.ConnectAttempts < 0 => "A count is negative.",
        _ => null,
    };

    /// <summary>Control characters become spaces; what does not fit is cut, never through the middle of a character.</summary>
    public static string OneLine(string text)
    {
        int length = Math.Min(text.Length, MaxText);
        if (length < text.Length && char.IsHighSurrogate(text[length - 1]))
        {
            length--;
        }

        return string.Create(length, text, (line, from) =>
        {
            for (int i = 0; i < line.Length; i++)
            {
                line[i] = char.IsControl(from[i]) ? ' ' : from[i];
            }
        });
    }

    private static bool IsId(string text) =>
        text.Length is > 0 and <= 32 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool IsLine(string text) => text.Length <= MaxText && !text.Any(char.IsControl);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    WriteIndented = true,
    NewLine = "\n",
    MaxDepth = 4)]
[JsonSerializable(typeof(SendRequest))]
internal sealed partial class SendRequestJson : JsonSerializerContext;

/// <summary>Names only: a number would let a file hold a state nobody has named.</summary>
internal sealed class NamedEnumConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
