namespace SmsConsole.SiteServer;

/// <summary>
/// One command of the parent to <c>sms-site link</c> at the far side of an SSH connection. A frame is: length of the JSON as four bytes, little-endian,
/// the JSON, then <see cref="Bytes"/> bytes of data.
/// </summary>
/// <param name="Verb">hello, bootstrap, ensure, have, append, commit, log, collect, block, collected.</param>
/// <param name="Bytes">Length of the data that follows.</param>
public sealed record LinkCommand(string Verb, string? Name = null, long Offset = 0, long Total = 0, long Bytes = 0);

/// <summary>The answer to a <see cref="LinkCommand"/>, framed in the same way.</summary>
/// <param name="Error">Null when it went well; else for people.</param>
/// <param name="Stage">The stage that failed.</param>
public sealed record LinkReply(string? Error = null, LinkStage? Stage = null, bool Retryable = true, string? Name = null, long Offset = 0, long Bytes = 0, IReadOnlyList<string>? Lines = null);
