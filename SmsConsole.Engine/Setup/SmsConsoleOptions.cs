using System.Net;
using SmsConsole.Data;

namespace SmsConsole.Engine;

/// <summary>Which database holds the SiteControl schema.</summary>
public enum DatabaseProvider
{
    /// <summary>Embedded: one file in the data directory.</summary>
    Sqlite,

    SqlServer,
}

internal static class DatabaseProviders
{
    public static SmsProvider ForData(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => SmsProvider.Sqlite,
        DatabaseProvider.SqlServer => SmsProvider.SqlServer,
    };
}

/// <summary>
/// The settings of a primary site, checked. Only <see cref="SmsConsoleSettings"/> makes one outside of tests, so whoever holds one
/// need not check again. Paths are absolute.
/// </summary>
public sealed record SmsConsoleOptions
{
    public const string DefaultUrls = "http://localhost:5080";

    /// <summary>Where the console listens, separated by semicolons.</summary>
    public string Urls { get; init; } = DefaultUrls;

    /// <summary>Proxies in front of the console. What they say of who asks, and over what, is believed; nobody else's word is.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>Database, keys and the primary's SMS root; need not exist yet.</summary>
    public required string DataDirectory { get; init; }

    public SiteSettings Site { get; init; } = new();

    public required DatabaseSettings Database { get; init; }

    public EngineSettings Engine { get; init; } = new();

    public SetupSettings Setup { get; init; } = new();

    /// <summary>Data Protection keys (they encrypt cookies and stored secrets).</summary>
    public string KeysDirectory => Path.Combine(DataDirectory, "keys");

    /// <summary>The primary's SMS root directory.</summary>
    public string SmsRoot => Path.Combine(DataDirectory, Site.Code);
}

/// <summary>The primary that the first start creates.</summary>
public sealed record SiteSettings(string Code = "P01", string Name = "Primary site");

/// <param name="MaxBatchSize">Null leaves it to the provider.</param>
/// <param name="CommandTimeout">Seconds; null leaves it to the provider.</param>
/// <param name="ApplyMigrations">SQL Server: whether a start may change the schema. SQLite always does.</param>
public sealed record DatabaseSettings(DatabaseProvider Provider, string ConnectionString, int? MaxBatchSize = null, int? CommandTimeout = null, bool ApplyMigrations = false)
{
    public override string ToString() => $"DatabaseSettings {{ Provider = {Provider}, MaxBatchSize = {MaxBatchSize}, CommandTimeout = {CommandTimeout}, ApplyMigrations = {ApplyMigrations} }}";
}

/// <param name="Enabled">False: console only, the engine runs in another process.</param>
public sealed record EngineSettings(bool Enabled = true);

/// <summary>Unattended first administrator; both or neither.</summary>
public sealed record SetupSettings(string? Administrator = null, string? Password = null)
{
    // Records print their members; a password must never reach a log that way.
    public override string ToString() => $"SetupSettings {{ Administrator = {Administrator} }}";
}
