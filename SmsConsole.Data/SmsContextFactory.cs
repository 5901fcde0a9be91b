using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace SmsConsole.Data;

/// <summary>Makes the context of the configured provider.</summary>
internal sealed class SmsContextFactory : IDbContextFactory<SmsContext>
{
    private readonly Func<SmsContext> _create;

    public SmsContextFactory(SmsDataOptions options, TimeProvider clock, WriterQueue writers, ILoggerFactory? loggers = null, params IInterceptor[] interceptors)
    {
        // The model is named, although EF finds it by an attribute of the assembly: it looks that up anew for each context.
        switch (options.Provider)
        {
            case SmsProvider.Sqlite:
                var sqlite = new DbContextOptionsBuilder<SqliteSmsContext>()
                    .UseSqlite(SqliteFile.ConnectionString(options), o =>
                    {
                        o.CommandTimeout(options.CommandTimeout);
                        if (options.MaxBatchSize is { } size)
                        {
                            o.MaxBatchSize(size);
                        }
                    })
                    .UseModel(CompiledModels.Sqlite.SqliteSmsContextModel.Instance)
                    .AddInterceptors(new SqlitePragmas())
                    .AddInterceptors(interceptors)
                    .UseLoggerFactory(loggers)
                    .Options;
                _create = () => new SqliteSmsContext(sqlite, clock, writers);
                break;
            case SmsProvider.SqlServer:
                var sqlServer = new DbContextOptionsBuilder<SqlServerSmsContext>()
                    .UseSqlServer(options.ConnectionString, o =>
                    {
                        o.EnableRetryOnFailure().CommandTimeout(options.CommandTimeout);
                        if (options.MaxBatchSize is { } size)
                        {
                            o.MaxBatchSize(size);
                        }
                    })
                    .UseModel(CompiledModels.SqlServer.SqlServerSmsContextModel.Instance)
                    .AddInterceptors(interceptors)
                    .UseLoggerFactory(loggers)
                    .Options;
                _create = () => new SqlServerSmsContext(sqlServer, clock, writers);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(options), options.Provider, "No such provider.");
        }
    }

    public SmsContext CreateDbContext() => _create();

    /// <summary>What SQLite forgets with each connection.</summary>
    private sealed class SqlitePragmas : DbConnectionInterceptor
    {
        // FULL: in WAL mode NORMAL may lose commits that were already acknowledged when the power fails.
        // The busy timeout is SQLite's own wait, which is finer than the one of the library around it.
        private const string Pragmas = "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL;";

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

/// <summary>For <c>dotnet ef</c>; neither connects while a migration is added or scripted.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteSmsContext>
{
    public SqliteSmsContext CreateDbContext(string[] args) =>
        (SqliteSmsContext)new SmsContextFactory(new() { ConnectionString = "Data Source=design.db" }, TimeProvider.System, new WriterQueue()).CreateDbContext();
}

/// <inheritdoc cref="SqliteDesignTimeFactory"/>
internal sealed class SqlServerDesignTimeFactory : IDesignTimeDbContextFactory<SqlServerSmsContext>
{
    public SqlServerSmsContext CreateDbContext(string[] args) =>
        (SqlServerSmsContext)new SmsContextFactory(new() { Provider = SmsProvider.SqlServer, ConnectionString = "Server=design;Database=SiteControl" }, TimeProvider.System, new WriterQueue()).CreateDbContext();
}

/// <summary>The file behind a SQLite connection string.</summary>
internal static class SqliteFile
{
    /// <summary>Opened, never created, by connections: only the migration creates it, with its access rights.</summary>
    public static string ConnectionString(SmsDataOptions options) => new SqliteConnectionStringBuilder(options.ConnectionString)
    {
        Mode = SqliteOpenMode.ReadWrite,
        ForeignKeys = true,
        Pooling = true,
        DefaultTimeout = options.CommandTimeout ?? 30,
    }.ConnectionString;

    public static string Path(SmsDataOptions options) => System.IO.Path.GetFullPath(new SqliteConnectionStringBuilder(options.ConnectionString).DataSource);

    /// <summary>Readable by its owner only: it holds password hashes. SQLite gives its WAL the rights of the file.</summary>
    public static void Create(string path)
    {
        var directory = System.IO.Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            using var plain = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            return;
        }

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, Owner | UnixFileMode.UserExecute);
        }

        using (new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite, UnixCreateMode = Owner }))
        {
        }

        File.SetUnixFileMode(path, Owner);
    }
}
