using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace SmsConsole.Data.Security;

/// <summary>Our names and lengths over Identity's own mapping, which knows only a few.</summary>
internal sealed class ConsoleUserConfiguration : IEntityTypeConfiguration<ConsoleUser>
{
    public void Configure(EntityTypeBuilder<ConsoleUser> builder)
    {
        builder.ToTable("Users");
        builder.Property(u => u.Id).HasMaxLength(64).IsUnicode(false);
        builder.Property(u => u.PasswordHash).HasMaxLength(512).IsUnicode(false);
        builder.Property(u => u.SecurityStamp).HasMaxLength(64).IsUnicode(false);
        builder.Property(u => u.ConcurrencyStamp).HasMaxLength(64).IsUnicode(false);
        builder.Property(u => u.PhoneNumber).HasMaxLength(64);
    }
}

internal sealed class EndedSessionConfiguration : IEntityTypeConfiguration<EndedSession>
{
    public void Configure(EntityTypeBuilder<EndedSession> builder)
    {
        // No foreign key: that a session has ended outlives its user.
        builder.ToTable("EndedSessions").HasKey(s => s.Id);
        builder.Property(s => s.Id).HasMaxLength(64).IsUnicode(false);
        builder.Property(s => s.UserName).IsName();
        builder.HasIndex(s => s.UserName);
        builder.HasIndex(s => s.EndedAt);
    }
}

internal sealed class UserClaimConfiguration : IEntityTypeConfiguration<IdentityUserClaim<string>>
{
    public void Configure(EntityTypeBuilder<IdentityUserClaim<string>> builder)
    {
        builder.ToTable("UserClaims");
        builder.Property(c => c.UserId).HasMaxLength(64).IsUnicode(false);
        builder.Property(c => c.ClaimType).HasMaxLength(256);
        builder.Property(c => c.ClaimValue).HasMaxLength(1024);
    }
}

internal sealed class UserLoginConfiguration : IEntityTypeConfiguration<IdentityUserLogin<string>>
{
    public void Configure(EntityTypeBuilder<IdentityUserLogin<string>> builder)
    {
        builder.ToTable("UserLogins");
        builder.Property(l => l.UserId).HasMaxLength(64).IsUnicode(false);
        builder.Property(l => l.LoginProvider).HasMaxLength(128);
        builder.Property(l => l.ProviderKey).HasMaxLength(128);
        builder.Property(l => l.ProviderDisplayName).HasMaxLength(256);
    }
}

internal sealed class UserTokenConfiguration : IEntityTypeConfiguration<IdentityUserToken<string>>
{
    public void Configure(EntityTypeBuilder<IdentityUserToken<string>> builder)
    {
        builder.ToTable("UserTokens");
        builder.Property(t => t.UserId).HasMaxLength(64).IsUnicode(false);
        builder.Property(t => t.LoginProvider).HasMaxLength(128);
        builder.Property(t => t.Name).HasMaxLength(128);
        builder.Property(t => t.Value).HasMaxLength(4000);
    }
}
