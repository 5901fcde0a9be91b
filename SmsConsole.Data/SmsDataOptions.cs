namespace SmsConsole.Data;

/// <summary>The databases SmsConsole runs on.</summary>
public enum SmsProvider
{
    Sqlite,
    SqlServer,
}

/// <summary>Which database, and how.</summary>
public sealed class SmsDataOptions
{
    public SmsProvider Provider { get; set; } = SmsProvider.Sqlite;

    /// <summary>For SQLite: <c>Data Source=file</c>. The file and its directory are created by the migration.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Statements sent to the database at once; null is the provider's own.</summary>
    public int? MaxBatchSize { get; set; }

    /// <summary>Seconds; null is the provider's own.</summary>
    public int? CommandTimeout { get; set; }

    /// <summary>
    /// SQL Server only: whether a start may change the schema. Without it a start with pending migrations fails, because there the
    /// schema is an administrator's to change (<c>eng/script-sqlserver</c> writes the script). SQLite always migrates.
    /// </summary>
    public bool ApplyMigrations { get; set; }
}

/// <summary>The database as a whole.</summary>
public interface ISmsDatabase
{
    /// <summary>Creates or brings up to date. Throws <see cref="InvalidOperationException"/> with the pending migrations' names where it may not.</summary>
    Task MigrateAsync(CancellationToken cancellationToken = default);

    /// <summary>True when it answers and its schema is this version's.</summary>
    Task<bool> IsReadyAsync(CancellationToken cancellationToken = default);
}
