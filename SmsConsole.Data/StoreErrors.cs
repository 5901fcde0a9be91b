using Microsoft.Data.Sqlite;

namespace SmsConsole.Data;

/// <summary>
/// The connection broke during a commit: whether it took place is not known. Never repeated here, because what the transaction
/// inserts could be inserted twice; whoever wrote reads the state again and goes on from there.
/// </summary>
internal sealed class CommitUnknownException(Exception inner)
    : Exception("The database did not confirm the commit. Read the state again before repeating anything.", inner);

/// <summary>What a database error means, on either provider.</summary>
internal static class StoreErrors
{
    /// <summary>SQLite: another process has held the database longer than the busy timeout.</summary>
    public static bool IsBusy(Exception exception) => exception.GetBaseException() is SqliteException { SqliteErrorCode: 5 or 6 };
}
