namespace SmsConsole.Data.Security;

/// <summary>
/// A session its user has signed out of. The cookie and the tokens of a session are proof enough by themselves until they expire, so
/// that it has ended must be kept as long as any of them could still be shown.
/// </summary>
internal sealed class EndedSession
{
    /// <summary>The session's id, 32 hexadecimal digits.</summary>
    public required string Id { get; set; }

    public required string UserName { get; set; }

    public DateTime EndedAt { get; set; }
}
