using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace SmsConsole.Data;

/// <summary>The few column types the schema is made of. The compiled model (eng/compile-model) names the converters.</summary>
internal static class Schema
{
    public static PropertyBuilder<string> IsJobId(this PropertyBuilder<string> property) => property.HasMaxLength(16).IsUnicode(false);

    public static PropertyBuilder<string> IsName(this PropertyBuilder<string> property) => property.HasMaxLength(256);

    public static PropertyBuilder<T> IsSiteCode<T>(this PropertyBuilder<T> property) => property.HasMaxLength(3).IsUnicode(false);

    /// <summary>
    /// Text for people, cut to its column. Some of it comes from other sites; SQL Server would refuse a long one, and with it the
    /// transaction it explains, while SQLite would take it.
    /// </summary>
    public static PropertyBuilder<T> IsProse<T>(this PropertyBuilder<T> property, int maximum) =>
        property.HasMaxLength(maximum).HasConversion(new ProseConverter(maximum));

    /// <summary>What holds for all columns of a type.</summary>
    public static void Configure(ModelConfigurationBuilder configuration)
    {
        configuration.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32).AreUnicode(false);
        configuration.Properties<DateTime>().HaveConversion<UtcConverter>();
        configuration.Properties<DateTimeOffset>().HaveConversion<UtcOffsetConverter>();
    }

    internal sealed class ProseConverter(int maximum) : ValueConverter<string, string>(
        text => Cut(text, maximum),
        text => text)
    {
        public static string Cut(string text, int maximum) => text.Length <= maximum ? text : string.Concat(text.AsSpan(0, maximum - 1), "…");
    }

    /// <summary>Times are UTC and say so. SQLite can neither compare nor order a DateTimeOffset, so none is stored.</summary>
    internal sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(
        time => time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc),
        time => DateTime.SpecifyKind(time, DateTimeKind.Utc));

    /// <summary>For the one column that is not ours: Identity's lock-out.</summary>
    internal sealed class UtcOffsetConverter() : ValueConverter<DateTimeOffset, DateTime>(
        time => time.UtcDateTime,
        time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)));
}
