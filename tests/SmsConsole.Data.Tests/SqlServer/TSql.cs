using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace SmsConsole.Data.Tests.SqlServer;

/// <summary>Microsoft's own T-SQL parser, and what it finds held against the tables and columns of the model.</summary>
internal sealed class TSql
{
    /// <summary>Migration history is EF's own and not part of the model.</summary>
    private const string History = "__EFMigrationsHistory";

    private readonly Dictionary<string, HashSet<string>> _tables = new(StringComparer.Ordinal)
    {
        [History] = ["MigrationId", "ProductVersion"],
    };

    public TSql(DbContext context)
    {
        foreach (var table in context.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables)
        {
            _tables[table.Name] = [.. table.Columns.Select(c => c.Name)];
        }
    }

    /// <summary>Every table of the model with its columns, as "table.column".</summary>
    public IEnumerable<string> Columns => _tables.Where(t => t.Key != History).SelectMany(t => t.Value.Select(c => $"{t.Key}.{c}"));

    /// <summary>Syntax errors, and names that are not in the model.</summary>
    public IReadOnlyList<string> Problems(string sql)
    {
        var script = Parse(sql, out var errors);
        if (errors.Count > 0)
        {
            return [.. errors.Select(e => $"{e.Line}:{e.Column} {e.Message}")];
        }

        return
        [
            .. script.Batches.SelectMany(b => b.Statements).SelectMany(statement =>
            {
                var names = new NameResolver(_tables);
                statement.Accept(names);
                return names.Problems();
            }),
        ];
    }

    /// <summary>Columns that are there after a schema script, also those inside EXEC(N'...'), as "table.column".</summary>
    public static IReadOnlyList<string> Created(string sql)
    {
        var creations = new CreationCollector();
        Parse(sql, out var errors).Accept(creations);
        Assert.Empty(errors.Select(e => $"{e.Line}: {e.Message}"));
        return creations.Columns;
    }

    /// <summary>
    /// Columns that a batch adds to a table and names as well. SQL Server reads a batch as a whole before it runs any of it, and refuses
    /// one that names a column a table does not have yet.
    /// </summary>
    public static IReadOnlyList<string> AddedAndNamedInOneBatch(string sql) =>
    [
        .. Parse(sql, out _).Batches.SelectMany(batch =>
        {
            var names = new BatchNames();
            batch.Accept(names);
            return names.Added.Where(names.Named.Contains);
        }),
    ];

    /// <summary>What the first SELECT's columns are called.</summary>
    public static IReadOnlyList<string> SelectedNames(string sql)
    {
        var select = Parse(sql, out _).Batches.SelectMany(b => b.Statements).OfType<SelectStatement>().FirstOrDefault();
        return select is null ? [] : NameResolver.OutputNames(select.QueryExpression);
    }

    private static TSqlScript Parse(string sql, out IList<ParseError> errors) =>
        (TSqlScript)new TSql150Parser(initialQuotedIdentifiers: true).Parse(new StringReader(sql), out errors);

    private sealed class CreationCollector : TSqlFragmentVisitor
    {
        public List<string> Columns { get; } = [];

        public override void Visit(CreateTableStatement node) => Columns.AddRange(node.Definition.ColumnDefinitions.Select(c => Name(node.SchemaObjectName, c.ColumnIdentifier)));

        public override void Visit(AlterTableAddTableElementStatement node) => Columns.AddRange(node.Definition.ColumnDefinitions.Select(c => Name(node.SchemaObjectName, c.ColumnIdentifier)));

        public override void Visit(AlterTableDropTableElementStatement node)
        {
            foreach (var dropped in node.AlterTableDropTableElements.Where(e => e.TableElementType == TableElementType.Column))
            {
                Assert.True(Columns.Remove(Name(node.SchemaObjectName, dropped.Name)), $"{dropped.Name.Value} is dropped and was not there.");
            }
        }

        public override void Visit(ExecutableStringList node)
        {
            if (node.Strings is [StringLiteral inner])
            {
                Columns.AddRange(Created(inner.Value));
            }
        }

        private static string Name(SchemaObjectName table, Identifier column) => $"{table.BaseIdentifier.Value}.{column.Value}";
    }

    /// <summary>Columns that a batch adds to tables, and those it names outside of strings.</summary>
    private sealed class BatchNames : TSqlFragmentVisitor
    {
        public List<string> Added { get; } = [];

        public HashSet<string> Named { get; } = new(StringComparer.OrdinalIgnoreCase);

        public override void Visit(AlterTableAddTableElementStatement node) => Added.AddRange(node.Definition.ColumnDefinitions.Select(c => c.ColumnIdentifier.Value));

        public override void Visit(ColumnReferenceExpression node)
        {
            if (node.ColumnType == ColumnType.Regular)
            {
                Named.Add(node.MultiPartIdentifier.Identifiers[^1].Value);
            }
        }
    }
}

/// <summary>Tables and columns of one statement. Aliases are EF's, which are unique within a statement or mean the same table.</summary>
internal sealed class NameResolver(IReadOnlyDictionary<string, HashSet<string>> tables) : TSqlFragmentVisitor
{
    private readonly Dictionary<string, HashSet<string>> _sources = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _system = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<IReadOnlyList<string>> _columns = [];
    private readonly List<string> _problems = [];

    public IEnumerable<string> Problems() =>
        _problems.Concat(_columns.Where(c => !Known(c)).Select(c => "No column " + string.Join('.', c)));

    public override void Visit(NamedTableReference node)
    {
        var table = node.SchemaObject.BaseIdentifier.Value;
        if (node.SchemaObject.SchemaIdentifier?.Value == "sys")
        {
            // The server's own catalogue, which a model does not know.
            _system.Add(node.Alias?.Value ?? table);
        }
        else if (tables.TryGetValue(table, out var columns))
        {
            Add(node.Alias?.Value ?? table, columns);
        }
        else if (!_sources.ContainsKey(table))
        {
            // The target of a DELETE or UPDATE may be an alias, which the FROM after it declares.
            _columns.Add([table, "*"]);
        }
    }

    public override void Visit(QueryDerivedTable node) => Add(node.Alias.Value, OutputNames(node.QueryExpression));

    public override void Visit(InlineDerivedTable node) => Add(node.Alias.Value, node.Columns.Select(c => c.Value));

    public override void Visit(CreateTableStatement node) =>
        Add(node.SchemaObjectName.BaseIdentifier.Value, node.Definition.ColumnDefinitions.Select(c => c.ColumnIdentifier.Value));

    public override void Visit(CreateIndexStatement node)
    {
        var table = node.OnName.BaseIdentifier.Value;
        Add(table, tables.GetValueOrDefault(table, []));
    }

    public override void Visit(ColumnReferenceExpression node)
    {
        if (node.ColumnType == ColumnType.Regular)
        {
            _columns.Add([.. node.MultiPartIdentifier.Identifiers.Select(i => i.Value)]);
        }
    }

    /// <summary>A statement in a string is a statement, too.</summary>
    public override void Visit(ExecutableStringList node)
    {
        if (node.Strings is [StringLiteral inner])
        {
            var names = new NameResolver(tables);
            new TSql150Parser(initialQuotedIdentifiers: true).Parse(new StringReader(inner.Value), out var errors).Accept(names);
            _problems.AddRange(errors.Select(e => $"{e.Line}:{e.Column} {e.Message} in {inner.Value}"));
            _problems.AddRange(names.Problems());
        }
    }

    public static IReadOnlyList<string> OutputNames(QueryExpression query) => query switch
    {
        QuerySpecification plain => [.. plain.SelectElements.OfType<SelectScalarExpression>().Select(e =>
            e.ColumnName?.Value ?? (e.Expression as ColumnReferenceExpression)?.MultiPartIdentifier.Identifiers[^1].Value ?? "")],
        BinaryQueryExpression binary => OutputNames(binary.FirstQueryExpression),
        QueryParenthesisExpression parenthesis => OutputNames(parenthesis.QueryExpression),
        _ => [],
    };

    private void Add(string alias, IEnumerable<string> columns)
    {
        if (!_sources.TryGetValue(alias, out var known))
        {
            _sources[alias] = known = new HashSet<string>(StringComparer.Ordinal);
        }

        known.UnionWith(columns);
    }

    private bool Known(IReadOnlyList<string> name)
    {
        var column = name[^1];
        if (name.Count == 1 || string.Equals(name[^2], "INSERTED", StringComparison.OrdinalIgnoreCase) || string.Equals(name[^2], "DELETED", StringComparison.OrdinalIgnoreCase))
        {
            return _sources.Values.Any(s => s.Contains(column));
        }

        return _system.Contains(name[^2]) || _sources.TryGetValue(name[^2], out var source) && (column == "*" || source.Contains(column));
    }
}
