using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;

namespace SmsConsole.Data;

/// <summary>Whether a provider can use a connection string, asked without connecting or creating anything.</summary>
internal static class ConnectionStringCheck
{
    /// <summary>What is wrong in the administrator's words, or null. A connection string may hold a password, so no part of it is repeated.</summary>
    public static string? WhyNot(SmsProvider provider, string connectionString)
    {
        var given = new DbConnectionStringBuilder();
        try
        {
            given.ConnectionString = connectionString;
        }
        catch (ArgumentException)
        {
            return "is not a connection string (name=value; ...).";
        }

        DbConnectionStringBuilder known = provider == SmsProvider.Sqlite ? new SqliteConnectionStringBuilder() : new SqlConnectionStringBuilder();
        var keywords = given.Keys.Cast<string>().ToList();
        if (keywords.FindIndex(keyword => !known.ContainsKey(keyword)) is var unknown and >= 0)
        {
            return $"{Name(provider)} does not know its keyword {unknown + 1} of {keywords.Count}.";
        }

        try
        {
            // Also finds values that are none and keywords that exclude each other.
            using DbConnection connection = provider == SmsProvider.Sqlite ? new SqliteConnection(connectionString) : new SqlConnection(connectionString);
            return connection.DataSource is { Length: > 0 } source && source != ":memory:"
                ? null
                : provider == SmsProvider.Sqlite ? "names no file (Data Source=...)." : "names no server (Server=...).";
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidOperationException or NotSupportedException or PlatformNotSupportedException)
        {
            return $"has a value that {Name(provider)} cannot use, or keywords that exclude each other.";
        }
    }

    private static string Name(SmsProvider provider) => provider == SmsProvider.Sqlite ? "SQLite" : "SQL Server";
}
