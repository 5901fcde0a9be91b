using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace SmsConsole.Data.Operations;

internal sealed class OperationConfiguration : IEntityTypeConfiguration<Operation>
{
    public void Configure(EntityTypeBuilder<Operation> builder)
    {
        builder.ToTable("Operations").HasKey(o => o.Id);
        builder.Property(o => o.Kind).HasMaxLength(64).IsUnicode(false);
        builder.Property(o => o.Subject).HasMaxLength(64).IsUnicode(false);
        builder.Property(o => o.LastError).IsProse(2000);

        // What is open and due is looked for all the time, what is completed never: open ones are the NULLs, side by side.
        builder.HasIndex(o => new { o.CompletedAt, o.DueAt, o.Id });
        builder.HasIndex(o => new { o.Subject, o.Kind });
    }
}

internal sealed class InboxReceiptConfiguration : IEntityTypeConfiguration<InboxReceipt>
{
    public void Configure(EntityTypeBuilder<InboxReceipt> builder)
    {
        // The key is the promise that a message takes effect once.
        builder.ToTable("InboxReceipts").HasKey(r => new { r.Source, r.Incarnation, r.Stream, r.Sequence });
        builder.Property(r => r.Source).IsSiteCode();
        builder.Property(r => r.Stream).HasMaxLength(32).IsUnicode(false);
    }
}

internal sealed class ChangeRowConfiguration : IEntityTypeConfiguration<ChangeRow>
{
    public void Configure(EntityTypeBuilder<ChangeRow> builder)
    {
        // Never handed out twice, even when all rows have been pruned: AUTOINCREMENT and IDENTITY.
        builder.ToTable("Changes").HasKey(c => c.Sequence);
        builder.Property(c => c.Sequence).ValueGeneratedOnAdd();
        builder.Property(c => c.Kind).HasMaxLength(32).IsUnicode(false);
        builder.Property(c => c.Id).HasMaxLength(256).IsRequired();
    }
}

internal sealed class EngineLeaseConfiguration : IEntityTypeConfiguration<EngineLease>
{
    public void Configure(EntityTypeBuilder<EngineLease> builder)
    {
        builder.ToTable("EngineLeases").HasKey(l => l.Name);
        builder.Property(l => l.Name).HasMaxLength(64).IsUnicode(false);
        builder.Property(l => l.Owner).HasMaxLength(256);
    }
}

internal sealed class CounterConfiguration : IEntityTypeConfiguration<Counter>
{
    public void Configure(EntityTypeBuilder<Counter> builder)
    {
        builder.ToTable("Counters").HasKey(c => c.Name);
        builder.Property(c => c.Name).HasMaxLength(64).IsUnicode(false);
    }
}
