using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer;

/// <summary>How a sender reaches a destination, complete with secrets.</summary>
/// <param name="Transport">"local", "ssh" or "collect".</param>
/// <param name="Directory">The SMS root directory at the destination.</param>
public sealed record LinkAddress(
    string Destination,
    string Transport,
    string Directory,
    string? Host = null,
    int Port = 22,
    string? User = null,
    string? PrivateKey = null,
    string? HostKey = null)
{
    /// <summary>Whoever prints it prints no secret.</summary>
    public override string ToString() => $"LinkAddress {{ Destination = {Destination}, Transport = {Transport}, Host = {Host}, Port = {Port}, User = {User}, Directory = {Directory} }}";
}

/// <summary>Gives the sender its addresses. On a primary they come from the database, on a secondary from its site control file.</summary>
public interface IAddressBook
{
    /// <summary>Null where there is no address for the destination (event 347).</summary>
    ValueTask<LinkAddress?> FindAsync(string destination, CancellationToken cancellationToken);
}

/// <summary>
/// Hears what becomes of send requests. On a primary it writes job and send request to the database. Calls repeat after a crash:
/// each is idempotent by the request's id. <see cref="CompletedAsync"/> has returned before the request's file goes.
/// </summary>
public interface ISendObserver
{
    /// <summary>False when the job was cancelled: the sender stops and calls <see cref="CancelledAsync"/>.</summary>
    /// <exception cref="SendingStoppedException">Nothing is to be sent or recorded here any more.</exception>
    ValueTask<bool> MayGoOnAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>The state of the request, at every change and at most four times a second while sending.</summary>
    ValueTask ProgressAsync(SendRequest request, CancellationToken cancellationToken);

    ValueTask CompletedAsync(SendRequest request, CancellationToken cancellationToken);

    ValueTask CancelledAsync(SendRequest request, CancellationToken cancellationToken);

    /// <summary>It will never succeed (bad file, wrong incarnation): the job has failed.</summary>
    ValueTask FailedAsync(SendRequest request, CancellationToken cancellationToken);
}

/// <summary>Sendings stop here, and whoever sends next goes on with them: their requests stay as they are. That is no cancellation and no failure.</summary>
public sealed class SendingStoppedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What a look at the far side found, before anything is created there.</summary>
/// <param name="RuntimeId">For example "linux-x64"; null when unknown.</param>
/// <param name="DotnetVersion">Newest Microsoft.NETCore.App our program runs on, else the newest found, for example "10.0.12"; null without one.</param>
/// <param name="DirectoryState">Of the install directory.</param>
/// <param name="Occupant">What of another site meets the install directory; null where nothing does.</param>
public sealed record LinkProbe(
    string OperatingSystem,
    string? RuntimeId,
    string? DotnetVersion,
    long FreeBytes,
    DirectoryState DirectoryState,
    bool Writable,
    string User,
    DirectoryOccupant? Occupant = null);

/// <summary>
/// A site that has its files where a new one is to be: whoever it belongs to, and whether or not this primary knows it, two sites that
/// meet would write into each other.
/// </summary>
/// <param name="Mark">What it is known by: one of <see cref="Marks"/>.</param>
/// <param name="Directory">Where that lies, with links followed.</param>
public sealed record DirectoryOccupant(OccupantRelation Relation, string Mark, string Directory)
{
    /// <summary>An SMS root directory, an installation that has begun, a primary's data directory.</summary>
    public static IReadOnlyList<string> Marks { get; } = ["SITE.SRV", "BOOTSTRP.CFG", "SiteControl.db"];

    /// <summary>Folders below the install directory that are looked into.</summary>
    public const int Depth = 3;

    public override string ToString() => Relation switch
    {
        OccupantRelation.Same => $"Another site has its files there: {Directory} holds {Mark}.",
        OccupantRelation.Inside => $"It lies inside another site's directory: {Directory} holds {Mark}.",
        OccupantRelation.Above => $"It holds another site: there is {Mark} in {Directory}.",
    };

    /// <summary>A site never installs itself inside another. Its own directory is no occupant of that kind, so a repeated attempt passes.</summary>
    /// <exception cref="LinkException">The install directory lies inside another site's.</exception>
    public static void RefuseInside(DirectoryOccupant? occupant)
    {
        if (occupant is { Relation: OccupantRelation.Inside })
        {
            throw new LinkException(LinkStage.Directory, occupant.ToString(), retryable: false);
        }
    }
}

/// <summary>How an install directory meets another site.</summary>
public enum OccupantRelation
{
    Same,
    Inside,
    Above,
}

/// <summary>State of an install directory.</summary>
public enum DirectoryState
{
    Absent,
    Empty,
    NotEmpty,

    /// <summary>There is a file of that name.</summary>
    NotADirectory,
}

/// <summary>Stages at which a link can fail, so that the message can say what to look at.</summary>
public enum LinkStage
{
    Resolve,
    Connect,
    HostKey,
    Authenticate,
    Directory,
    Program,
    Start,
    Transfer,
}

/// <summary>A link failed in an expected way. <see cref="Retryable"/> is false when trying again cannot help.</summary>
public sealed class LinkException(LinkStage stage, string message, bool retryable = true, Exception? inner = null) : Exception(message, inner)
{
    public LinkStage Stage { get; } = stage;

    public bool Retryable { get; } = retryable;
}

/// <summary>A connection to a destination. One per destination at a time; not thread-safe.</summary>
public interface ISiteLink : IAsyncDisposable
{
    Task<LinkProbe> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Phase 1: creates the directory, copies the Bootstrap service, writes the order, starts it and waits for its confirmation.
    /// Safe to repeat: what is there already is not sent again.
    /// </summary>
    Task<Enrolment> BootstrapAsync(BootstrapOrder order, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken);

    /// <summary>Sees to it that the site server (or, before it is installed, the Bootstrap service) runs.</summary>
    Task EnsureRunningAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Sends a file with its signed instruction into RECEIVE, going on where the far side stopped. Returns when both lie there for good.
    /// </summary>
    /// <param name="name">File name at the receiver without extension.</param>
    Task SendAsync(string name, string payloadFile, ReadOnlyMemory<byte> instruction, IProgress<(long Sent, long Total)> progress, CancellationToken cancellationToken);

    /// <summary>Reads a log of the site; a negative offset counts from its end.</summary>
    Task<LogPiece> ReadLogAsync(string component, long offset, CancellationToken cancellationToken);
}

/// <summary>Opens links.</summary>
public interface ILinkFactory
{
    /// <exception cref="LinkException">It could not be opened.</exception>
    Task<ISiteLink> OpenAsync(LinkAddress address, CancellationToken cancellationToken);

    /// <summary>Keys a host offers, as "type base64" lines.</summary>
    Task<IReadOnlyList<string>> ScanHostKeysAsync(string host, int port, CancellationToken cancellationToken);
}
