using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using SmsConsole.Data.Jobs;
using SmsConsole.Data.Operations;
using SmsConsole.Data.Security;
using SmsConsole.Data.Sites;
using SmsConsole.Data.Status;

namespace SmsConsole.Data;

/// <summary>The SiteControl schema. One sealed context per provider, so that each has its own migrations.</summary>
internal abstract class SmsContext(DbContextOptions options) : IdentityUserContext<ConsoleUser>(options)
{
    public DbSet<Site> Sites => Set<Site>();

    public DbSet<SiteHistory> SiteHistory => Set<SiteHistory>();

    public DbSet<SiteControlImage> SiteControl => Set<SiteControlImage>();

    public DbSet<SiteAddress> Addresses => Set<SiteAddress>();

    public DbSet<Job> Jobs => Set<Job>();

    public DbSet<SendRequestState> SendRequests => Set<SendRequestState>();

    public DbSet<StatusMessage> StatusMessages => Set<StatusMessage>();

    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    public DbSet<Operation> Operations => Set<Operation>();

    public DbSet<InboxReceipt> InboxReceipts => Set<InboxReceipt>();

    public DbSet<ChangeRow> Changes => Set<ChangeRow>();

    public DbSet<EngineLease> EngineLeases => Set<EngineLease>();

    public DbSet<Counter> Counters => Set<Counter>();
}

/// <summary>The context on SQL Server.</summary>
internal sealed class SqlServerSmsContext(DbContextOptions<SqlServerSmsContext> options) : SmsContext(options);

/// <summary>The context on SQLite.</summary>
internal sealed class SqliteSmsContext(DbContextOptions<SqliteSmsContext> options) : SmsContext(options);
