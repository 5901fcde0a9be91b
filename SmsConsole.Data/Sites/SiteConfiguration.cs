using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace SmsConsole.Data.Sites;

internal sealed class SiteConfiguration : IEntityTypeConfiguration<Site>
{
    public void Configure(EntityTypeBuilder<Site> builder)
    {
        builder.ToTable("Sites").HasKey(s => s.Code);
        builder.Property(s => s.Code).IsSiteCode();
        builder.Property(s => s.Name).HasMaxLength(127);
        builder.Property(s => s.ParentCode).IsSiteCode();
        builder.Property(s => s.InstallDirectory).HasMaxLength(1024);
        builder.Property(s => s.Version).HasMaxLength(64);
        builder.Property(s => s.PublicKey).HasMaxLength(256);
        builder.Property(s => s.RuntimeId).HasMaxLength(32).IsUnicode(false);
        builder.Property(s => s.WaitText).IsProse(1000);
        builder.Property(s => s.FailureReason).IsProse(2000);
        builder.Property(s => s.FailureWhatToDo).IsProse(2000);

        // The tree has no loose ends: a parent stays as long as it has children.
        builder.HasOne<Site>().WithMany().HasForeignKey(s => s.ParentCode).OnDelete(DeleteBehavior.Restrict);

        builder.HasIndex(s => new { s.Name, s.Code });
        builder.HasIndex(s => new { s.Status, s.Code });
        builder.HasIndex(s => s.WaitUntil);
    }
}

internal sealed class SiteHistoryConfiguration : IEntityTypeConfiguration<SiteHistory>
{
    public void Configure(EntityTypeBuilder<SiteHistory> builder)
    {
        builder.ToTable("SiteHistory").HasKey(h => h.Id);
        builder.Property(h => h.SiteCode).IsSiteCode();
        builder.Property(h => h.Why).IsProse(2000);
        builder.Property(h => h.Who).IsName();
        builder.HasOne<Site>().WithMany().HasForeignKey(h => h.SiteCode).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(h => new { h.SiteCode, h.Id });
    }
}

internal sealed class SiteControlImageConfiguration : IEntityTypeConfiguration<SiteControlImage>
{
    public void Configure(EntityTypeBuilder<SiteControlImage> builder)
    {
        builder.ToTable("SiteControl").HasKey(i => i.Id);
        builder.Property(i => i.SiteCode).IsSiteCode();
        builder.HasOne<Site>().WithMany().HasForeignKey(i => i.SiteCode).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(i => new { i.SiteCode, i.Kind, i.Serial }).IsUnique();

        // SQLite reads the brackets as SQL Server does.
        builder.HasIndex(i => new { i.SiteCode, i.Kind }, "IX_SiteControl_Current").IsUnique().HasFilter("[IsCurrent] = 1");
    }
}

internal sealed class SiteAddressConfiguration : IEntityTypeConfiguration<SiteAddress>
{
    public void Configure(EntityTypeBuilder<SiteAddress> builder)
    {
        // No foreign key: an address may be known before its site is.
        builder.ToTable("Addresses").HasKey(a => new { a.Destination, a.Sender });
        builder.Property(a => a.Destination).IsSiteCode();
        builder.Property(a => a.Sender).HasMaxLength(16).IsUnicode(false);
        builder.Property(a => a.Host).HasMaxLength(255);
        builder.Property(a => a.User).HasMaxLength(256);
        builder.Property(a => a.ProtectedPrivateKey).HasMaxLength(64 * 1024);
        builder.Property(a => a.HostKey).HasMaxLength(2048).IsUnicode(false);
        builder.Property(a => a.Directory).HasMaxLength(1024);
    }
}
