using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace SmsConsole.Data.Tests.SqlServer;

/// <summary>
/// Takes the place of SqlClient's connection: opens nothing, keeps the text of every command, and answers each with one row. So all
/// code runs with the SQL Server provider as it is, and its SQL can be read.
/// </summary>
internal sealed class SilentServer : DbConnectionInterceptor
{
    public List<string> Commands { get; } = [];

    public override InterceptionResult<DbConnection> ConnectionCreating(ConnectionCreatingEventData eventData, InterceptionResult<DbConnection> result) =>
        InterceptionResult<DbConnection>.SuppressWithResult(new SilentConnection(this, eventData.ConnectionString ?? ""));

    private sealed class SilentConnection(SilentServer server, string connectionString) : DbConnection
    {
        private ConnectionState _state;

        [AllowNull]
        public override string ConnectionString { get; set; } = connectionString;

        public override string Database => "SiteControl";

        public override string DataSource => "silent";

        public override string ServerVersion => "16.00.0000";

        public override ConnectionState State => _state;

        public override void ChangeDatabase(string databaseName)
        {
        }

        public override void Open() => _state = ConnectionState.Open;

        public override void Close() => _state = ConnectionState.Closed;

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new SilentTransaction(this);

        protected override DbCommand CreateDbCommand() => new SilentCommand(server) { Connection = this };
    }

    private sealed class SilentTransaction(DbConnection connection) : DbTransaction
    {
        public override IsolationLevel IsolationLevel => IsolationLevel.ReadCommitted;

        protected override DbConnection DbConnection => connection;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }
    }

    private sealed class SilentCommand(SilentServer server) : DbCommand
    {
        // EF sets up parameters as SqlClient's; they need no connection for it.
        private readonly SqlCommand _parameters = new();

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; } = CommandType.Text;

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; }

        protected override DbParameterCollection DbParameterCollection => _parameters.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override void Prepare()
        {
        }

        public override int ExecuteNonQuery()
        {
            server.Commands.Add(CommandText);
            return 1;
        }

        public override object ExecuteScalar()
        {
            server.Commands.Add(CommandText);
            return 1;
        }

        protected override DbParameter CreateDbParameter() => _parameters.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
        {
            server.Commands.Add(CommandText);
            return new OneRow(TSql.SelectedNames(CommandText), CommandText.Contains("FROM [Jobs]", StringComparison.Ordinal));
        }

        protected override void Dispose(bool disposing)
        {
            _parameters.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>A site in phase 1, whatever was asked.</summary>
    private sealed class OneRow(IReadOnlyList<string> names, bool ofJobs) : DbDataReader
    {
        private static long _key;
        private bool _read;

        public override int Depth => 0;

        public override int FieldCount => Math.Max(names.Count, 1);

        public override bool HasRows => true;

        public override bool IsClosed => false;

        public override int RecordsAffected => 1;

        public override object this[int ordinal] => GetValue(ordinal);

        public override object this[string name] => GetValue(0);

        public override bool Read() => !_read && (_read = true);

        public override bool NextResult() => false;

        public override bool IsDBNull(int ordinal) => false;

        public override string GetString(int ordinal) => names.ElementAtOrDefault(ordinal) switch
        {
            "Status" or "ToStatus" or "FromStatus" => "Pending",
            "DetailedStatus" or "FromDetailed" or "ToDetailed" or "FailedFrom" => "PreinstJobBegin",
            "Type" => ofJobs ? "Bootstrap" : "Secondary",
            "SendingStatus" or "WorkingStatus" or "State" => "None",
            "Priority" => "High",
            "Kind" => "Actual",
            "Transport" => "Ssh",
            "Severity" => "Error",
            "Role" => "Viewer",
            _ => "S01",
        };

        public override int GetInt32(int ordinal) => 1;

        public override long GetInt64(int ordinal) => Interlocked.Increment(ref _key);

        public override bool GetBoolean(int ordinal) => true;

        public override DateTime GetDateTime(int ordinal) => Rows.Start;

        public override Guid GetGuid(int ordinal) => Guid.Empty;

        public override T GetFieldValue<T>(int ordinal) => typeof(T) == typeof(byte[]) ? (T)(object)new byte[] { 1 } : (T)GetValue(ordinal);

        public override object GetValue(int ordinal) => GetInt32(ordinal);

        public override string GetName(int ordinal) => names.ElementAtOrDefault(ordinal) ?? "";

        public override int GetOrdinal(string name) => Math.Max(0, names.ToList().IndexOf(name));

        public override Type GetFieldType(int ordinal) => typeof(int);

        public override string GetDataTypeName(int ordinal) => "int";

        public override IEnumerator GetEnumerator() => throw new NotSupportedException();

        public override int GetValues(object[] values) => throw new NotSupportedException();

        public override byte GetByte(int ordinal) => 1;

        public override char GetChar(int ordinal) => 'x';

        public override short GetInt16(int ordinal) => 1;

        public override float GetFloat(int ordinal) => 1;

        public override double GetDouble(int ordinal) => 1;

        public override decimal GetDecimal(int ordinal) => 1;

        public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

        public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

        public override DataTable? GetSchemaTable() => null;
    }
}
