using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Operations;
using SmsConsole.Data.Security;
using SmsConsole.Data.Sites;
using SmsConsole.Data.Status;

namespace SmsConsole.Data;

/// <summary>
/// The SiteControl schema. One sealed context per provider, so that each has its own migrations. Saving raises the revision of
/// every changed row and appends the change rows that live views follow, in the same transaction.
/// </summary>
internal abstract class SmsContext(DbContextOptions options, TimeProvider clock, WriterQueue writers) : IdentityUserContext<ConsoleUser>(options)
{
    public DbSet<Site> Sites => Set<Site>();

    public DbSet<SiteHistory> SiteHistory => Set<SiteHistory>();

    public DbSet<SiteControlImage> SiteControl => Set<SiteControlImage>();

    public DbSet<SiteAddress> Addresses => Set<SiteAddress>();

    public DbSet<Job> Jobs => Set<Job>();

    public DbSet<SendRequestState> SendRequests => Set<SendRequestState>();

    public DbSet<StatusMessage> StatusMessages => Set<StatusMessage>();

    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    public DbSet<EndedSession> EndedSessions => Set<EndedSession>();

    public DbSet<Operation> Operations => Set<Operation>();

    public DbSet<InboxReceipt> InboxReceipts => Set<InboxReceipt>();

    public DbSet<ChangeRow> Changes => Set<ChangeRow>();

    public DbSet<EngineLease> EngineLeases => Set<EngineLease>();

    public DbSet<Counter> Counters => Set<Counter>();

    /// <summary>Now, UTC, of the injected clock.</summary>
    public DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>True after <see cref="Abandon"/>.</summary>
    public bool Abandoned { get; private set; }

    protected override Version SchemaVersion => IdentitySchemaVersions.Version2;

    /// <summary>
    /// Takes back everything of the running <see cref="SmsStore.InTransactionAsync{T}"/> at its end, whose value is still returned:
    /// for "somebody else was first", which is an answer and no exception.
    /// </summary>
    public void Abandon() => Abandoned = true;

    /// <summary>
    /// Appends a change row with the next save. Only for rows changed past the change tracker (ExecuteUpdate); for tracked ones
    /// saving does it. Kinds are those of <see cref="ChangeKinds"/>.
    /// </summary>
    public void NoteChange(string kind, string id, long revision) => Note(Noted(), kind, id, revision);

    /// <summary>Begins a transaction that may write, waiting for the other writers of both kinds: this process's and others'.</summary>
    public async Task<IDbContextTransaction> BeginWriteAsync(CancellationToken cancellationToken)
    {
        // On SQLite this is BEGIN IMMEDIATE: the turn is taken now, so a later statement cannot fail because somebody else wrote.
        var transaction = await Database.BeginTransactionAsync(cancellationToken);
        try
        {
            if (Database.IsSqlServer())
            {
                // Change rows must become visible in the order of their numbers, or whoever follows them would skip one.
                await Database.ExecuteSqlRawAsync(TakeWriterLock, cancellationToken);
            }

            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <summary>Commits. Not cancellable: a cancelled commit would leave open whether it took place.</summary>
    public async Task CommitAsync(IDbContextTransaction transaction)
    {
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception e) when (Database.IsSqlServer())
        {
            throw new CommitUnknownException(e);
        }
    }

    /// <inheritdoc/>
    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Saving waits for other writers and for the disk: use SaveChangesAsync.");

    /// <inheritdoc/>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (!ChangeTracker.HasChanges())
        {
            return Task.FromResult(0);
        }

        RaiseRevisions();
        NoteTrackedChanges();
        return Database.CurrentTransaction is null
            ? writers.RunAsync(token => SaveInOwnTransactionAsync(acceptAllChangesOnSuccess, token), cancellationToken)
            : base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => Schema.Configure(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(SmsContext).Assembly);
        foreach (var type in builder.Model.GetEntityTypes().Where(t => typeof(IRevisioned).IsAssignableFrom(t.ClrType)))
        {
            type.FindProperty(nameof(IRevisioned.Revision))!.IsConcurrencyToken = true;
        }
    }

    private const string TakeWriterLock =
        """
        DECLARE @taken int;
        EXEC @taken = sp_getapplock @Resource = N'SmsConsole.Write', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = -1;
        IF @taken < 0 THROW 51000, N'The turn to write could not be taken.', 1;
        """;

    private async Task<int> SaveInOwnTransactionAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken)
    {
        var saved = await Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                await using var transaction = await BeginWriteAsync(token);

                // What was saved counts as saved only after the commit, or a second try would have nothing to save.
                var count = await base.SaveChangesAsync(acceptAllChangesOnSuccess: false, token);
                await CommitAsync(transaction);
                return count;
            },
            cancellationToken);
        if (acceptAllChangesOnSuccess)
        {
            ChangeTracker.AcceptAllChanges();
        }

        return saved;
    }

    private void RaiseRevisions()
    {
        foreach (var entry in ChangeTracker.Entries<IRevisioned>().Where(e => e.State == EntityState.Modified))
        {
            // From the original, so that a repeated save raises it once.
            var revision = entry.Property(e => e.Revision);
            revision.CurrentValue = revision.OriginalValue + 1;
        }
    }

    private void NoteTrackedChanges()
    {
        var changes = ChangeTracker.Entries()
            .Where(e => e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted)
            .Select(e => Change(e.Entity))
            .Where(c => c.Kind is not null)
            .ToList();
        var noted = Noted();
        foreach (var (kind, id, revision) in changes)
        {
            Note(noted, kind!, id, revision);
        }
    }

    /// <summary>The change rows that the next save writes. To look at all that is tracked takes long: once a save, not once a row.</summary>
    private Dictionary<(string Kind, string Id), ChangeRow> Noted() =>
        ChangeTracker.Entries<ChangeRow>().Where(e => e.State == EntityState.Added).Select(e => e.Entity).ToDictionary(c => (c.Kind, c.Id));

    private void Note(Dictionary<(string Kind, string Id), ChangeRow> noted, string kind, string id, long revision)
    {
        if (noted.TryGetValue((kind, id), out var row))
        {
            row.Revision = Math.Max(row.Revision, revision);
            return;
        }

        noted[(kind, id)] = row = new ChangeRow { Kind = kind, Id = id, Revision = revision, At = Now };
        Changes.Add(row);
    }

    private static (string? Kind, string Id, long Revision) Change(object entity) => entity switch
    {
        Site site => (ChangeKinds.Site, site.Code, site.Revision),
        Job job => (ChangeKinds.Job, job.Id, job.Revision),
        SendRequestState request => (ChangeKinds.SendRequest, request.Id, request.Revision),

        // Messages have no number yet and views ask by site: one change row for all new ones of a site.
        StatusMessage message => (ChangeKinds.StatusMessage, message.SiteCode, 0),
        ConsoleUser user => (ChangeKinds.User, user.UserName ?? user.Id, 0),
        AuditEntry => (ChangeKinds.Audit, "", 0),
        _ => (null, "", 0),
    };
}

/// <summary>The context on SQL Server.</summary>
internal sealed class SqlServerSmsContext(DbContextOptions<SqlServerSmsContext> options, TimeProvider clock, WriterQueue writers) : SmsContext(options, clock, writers);

/// <summary>The context on SQLite.</summary>
internal sealed class SqliteSmsContext(DbContextOptions<SqliteSmsContext> options, TimeProvider clock, WriterQueue writers) : SmsContext(options, clock, writers);

/// <summary>Kinds of change row; the names of SmsConsole.Engine.ChangeKind.</summary>
internal static class ChangeKinds
{
    public const string Site = nameof(Site);
    public const string Job = nameof(Job);
    public const string SendRequest = nameof(SendRequest);
    public const string StatusMessage = nameof(StatusMessage);
    public const string User = nameof(User);
    public const string Audit = nameof(Audit);
}
