using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace SmsConsole.Data.Jobs;

internal sealed class JobConfiguration : IEntityTypeConfiguration<Job>
{
    public void Configure(EntityTypeBuilder<Job> builder)
    {
        builder.ToTable("Jobs").HasKey(j => j.Id);
        builder.Property(j => j.Id).IsJobId();
        builder.Property(j => j.Comment).IsProse(255);
        builder.Property(j => j.Destination).IsSiteCode();
        builder.Property(j => j.WaitText).IsProse(1000);
        builder.Property(j => j.Reason).IsProse(2000);

        // Each list order has an index whose columns are the whole order, so that a page is read and not sorted.
        builder.HasIndex(j => new { j.CreatedAt, j.Id });
        builder.HasIndex(j => new { j.Destination, j.CreatedAt, j.Id });
        builder.HasIndex(j => new { j.Status, j.CreatedAt, j.Id });
    }
}

internal sealed class SendRequestConfiguration : IEntityTypeConfiguration<SendRequestState>
{
    public void Configure(EntityTypeBuilder<SendRequestState> builder)
    {
        // No foreign key: at a primary other components of the site send too, and their jobs have no row.
        builder.ToTable("SendRequests").HasKey(r => r.Id);
        builder.Property(r => r.Id).HasMaxLength(64).IsUnicode(false);
        builder.Property(r => r.JobId).IsJobId();
        builder.Property(r => r.Destination).IsSiteCode();
        builder.Property(r => r.Outbox).HasMaxLength(64).IsUnicode(false);
        builder.Property(r => r.Reason).IsProse(2000);
        builder.HasIndex(r => new { r.JobId, r.Id });
        builder.HasIndex(r => new { r.Destination, r.Id });
    }
}
