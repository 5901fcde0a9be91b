namespace SmsConsole.Engine;

/// <summary>What an administrator says of a new secondary site.</summary>
/// <param name="InstallDirectory">Absolute path of the SMS root directory at the site; empty or absent.</param>
public sealed record NewSite(string Code, string Name, string InstallDirectory, NewAddress Address);

/// <summary>How to reach a site.</summary>
/// <param name="Sender">"Lan".</param>
/// <param name="Port">1 to 65535; null is 22.</param>
/// <param name="PrivateKey">OpenSSH private key text; null uses the agent and default keys of the account the engine runs as.</param>
/// <param name="HostKey">The pinned host key as in known_hosts: "ssh-ed25519 AAAA...".</param>
public sealed record NewAddress(string Sender, LinkTransport Transport, string? Host = null, int? Port = null, string? User = null, string? PrivateKey = null, string? HostKey = null)
{
    /// <summary>Whoever prints it prints no secret.</summary>
    public override string ToString() => $"NewAddress {{ Sender = {Sender}, Transport = {Transport}, Host = {Host}, Port = {Port}, User = {User}, HostKey = {HostKey} }}";
}

/// <summary>Outcome of one check before an installation.</summary>
public enum CheckOutcome
{
    Passed,
    Warning,
    Failed,

    /// <summary>Could not be made because an earlier one failed.</summary>
    Skipped,
}

/// <summary>One check of the preflight.</summary>
/// <param name="Code">Stable name such as <c>directory.notEmpty</c>; also the error code of a create refused by it.</param>
public sealed record PreflightCheck(string Name, CheckOutcome Outcome, string Text, string Code, string? Field);

/// <summary>All checks. The site may be created when none failed.</summary>
public sealed record PreflightReport(IReadOnlyList<PreflightCheck> Checks, DateTimeOffset At)
{
    public bool Passed => Checks.All(c => c.Outcome is not (CheckOutcome.Failed or CheckOutcome.Skipped));
}

/// <summary>A host key as the host offered it, for a person to compare before it is pinned.</summary>
public sealed record OfferedHostKey(string KeyType, string HostKey, string Fingerprint);

/// <summary>A piece of a log, for a live tail.</summary>
/// <param name="NextOffset">Where the next read goes on, in bytes.</param>
public sealed record LogSlice(string Component, IReadOnlyList<string> Lines, long NextOffset, DateTimeOffset AsOf);

/// <summary>What can be done with sites. Each command authorizes, validates, changes and audits in one transaction.</summary>
public interface ISiteCommands
{
    /// <summary>Makes every check of a creation and changes nothing. Operator.</summary>
    Task<CommandResult<PreflightReport>> PreflightAsync(Actor actor, NewSite site, CancellationToken cancellationToken = default);

    /// <summary>Writes the NEWSITE image; "Site creation has been initiated" (seed 000). Administrator. Runs the preflight again.</summary>
    Task<CommandResult<SiteRow>> CreateSecondarySiteAsync(Actor actor, NewSite site, CancellationToken cancellationToken = default);

    /// <summary>Sends a failed site back to the phase it left; at this primary, tries at once what has failed of its own. Operator.</summary>
    Task<CommandResult> RetryAsync(Actor actor, string code, CancellationToken cancellationToken = default);

    /// <summary>Asks a host for its keys. Operator.</summary>
    Task<CommandResult<IReadOnlyList<OfferedHostKey>>> ScanHostKeysAsync(Actor actor, string host, int port, CancellationToken cancellationToken = default);

    /// <summary>Reads a component's log at a site from an offset (negative: that many bytes before its end). Viewer.</summary>
    Task<CommandResult<LogSlice>> ReadLogAsync(Actor actor, string code, string component, long offset, CancellationToken cancellationToken = default);
}

/// <summary>What can be done with jobs.</summary>
public interface IJobCommands
{
    /// <summary>Stops sending and marks the job cancelled; the site it installs fails with that reason. Operator.</summary>
    Task<CommandResult> CancelAsync(Actor actor, string jobId, CancellationToken cancellationToken = default);

    /// <summary>Tries a waiting or failed job now. Operator.</summary>
    Task<CommandResult> RetryAsync(Actor actor, string jobId, CancellationToken cancellationToken = default);

    /// <summary>Changes the priority of a job that has not ended. Operator.</summary>
    Task<CommandResult> SetPriorityAsync(Actor actor, string jobId, JobPriority priority, CancellationToken cancellationToken = default);
}
