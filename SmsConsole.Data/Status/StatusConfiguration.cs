using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace SmsConsole.Data.Status;

internal sealed class StatusMessageConfiguration : IEntityTypeConfiguration<StatusMessage>
{
    public void Configure(EntityTypeBuilder<StatusMessage> builder)
    {
        // No foreign key: what a site said outlives the site.
        builder.ToTable("StatusMessages").HasKey(m => m.Id);
        builder.Property(m => m.SiteCode).IsSiteCode();
        builder.Property(m => m.Component).HasMaxLength(64);
        builder.Property(m => m.Text).IsProse(4000);

        // Every list is newest first. Both databases keep the id behind the columns of an index, so each of these is an order by id, too.
        builder.HasIndex(m => m.SiteCode);
        builder.HasIndex(m => m.Component);
        builder.HasIndex(m => m.Severity);
        builder.HasIndex(m => m.MessageId);
        builder.HasIndex(m => new { m.SiteCode, m.Severity });
        builder.HasIndex(m => new { m.SiteCode, m.Component });
    }
}

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("Audit").HasKey(a => a.Id);
        builder.Property(a => a.Who).IsName();
        builder.Property(a => a.Action).HasMaxLength(64).IsUnicode(false);
        builder.Property(a => a.Target).HasMaxLength(256);
        builder.HasIndex(a => a.Target);
        builder.HasIndex(a => a.Who);
    }
}
