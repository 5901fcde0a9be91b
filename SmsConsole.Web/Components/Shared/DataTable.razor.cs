using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using SmsConsole.Data.Queries;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Components.Shared;

/// <summary>A column of a list.</summary>
/// <param name="Name">In the URL, when columns are chosen.</param>
/// <param name="Width">
/// A CSS grid track, and never one that asks the content ("auto", "1fr" alone): every row is laid out for itself, and what changes in one moves nothing in another.
/// </param>
/// <param name="Sort">The field the server sorts by, or null.</param>
/// <param name="Hidden">Shown only when chosen.</param>
internal sealed record Column<TRow>(string Name, string Title, string Width, RenderFragment<TRow> Cell, string? Sort = null, string? Class = null, bool Hidden = false);

public sealed partial class DataTable<TRow>
{
    private readonly HashSet<object> _selected = [];
    private IReadOnlyList<Column<TRow>> _shown = [];
    private string? _view;
    private ElementReference _selectAll;
    private bool _maySelect;

    [Inject]
    private IAuthorizationService Authorization { get; set; } = default!;

    [CascadingParameter]
    private Task<AuthenticationState>? Session { get; set; }

    [Parameter, EditorRequired]
    public string Caption { get; set; } = default!;

    [Parameter, EditorRequired]
    public Page<TRow> Rows { get; set; } = default!;

    [Parameter, EditorRequired]
    public object Columns { get; set; } = default!;

    [Parameter, EditorRequired]
    public ListUrl State { get; set; } = default!;

    [Parameter, EditorRequired]
    public Func<TRow, object> RowKey { get; set; } = default!;

    [Parameter]
    public Func<TRow, string?>? RowClass { get; set; }

    /// <summary>How many lines a row has on a wide screen, 1 or 3. A row of a known height is the cheapest to draw; null where all of a text must be read in the list.</summary>
    [Parameter]
    public Func<TRow, int>? RowLines { get; set; }

    /// <summary>In place of the pages and the count below the list.</summary>
    [Parameter]
    public RenderFragment? Pager { get; set; }

    /// <summary>What an operator can do with the rows selected on this page. Null: rows are not selected.</summary>
    [Parameter]
    public RenderFragment<IReadOnlyList<TRow>>? SelectedActs { get; set; }

    /// <summary>What a row is called; needed where rows are selected.</summary>
    [Parameter]
    public Func<TRow, string>? RowName { get; set; }

    [Parameter]
    public string One { get; set; } = Texts.Row;

    [Parameter]
    public string Many { get; set; } = Texts.Rows;

    private long First => ((long)(State.Page - 1) * State.PageSize) + 1;

    private long Last => Math.Min(First + Rows.Items.Count - 1, Rows.Total);

    private bool AllSelected => _selected.Count > 0 && _selected.Count == Rows.Items.Count;

    protected override async Task OnInitializedAsync() =>
        _maySelect = SelectedActs is not null && Session is not null && (await Authorization.AuthorizeAsync((await Session).User, Policies.Operator)).Succeeded;

    protected override void OnParametersSet()
    {
        // Only what is seen is selected: a row that has left the page is no longer touched.
        if (_view != State.Key)
        {
            _view = State.Key;
            _selected.Clear();
        }
        else if (_selected.Count > 0)
        {
            _selected.IntersectWith(Rows.Items.Select(RowKey));
        }

        var chosen = State.Columns;
        _shown = [.. ((IReadOnlyList<Column<TRow>>)Columns).Where(c => chosen.Count == 0 ? !c.Hidden : chosen.Contains(c.Name))];
    }

    private string Selected => Texts.CountSelected.With(_selected.Count, _selected.Count == 1 ? One : Many);

    /// <summary>The button goes with what it was in: whoever works with the keyboard goes on at the head of the list.</summary>
    private async Task SelectNoneAsync()
    {
        _selected.Clear();
        await _selectAll.FocusAsync();
    }

    private bool IsSelected(TRow row) => _selected.Contains(RowKey(row));

    private void Select(TRow row, bool on)
    {
        if (on)
        {
            _selected.Add(RowKey(row));
        }
        else
        {
            _selected.Remove(RowKey(row));
        }
    }

    private void SelectAll(bool on)
    {
        _selected.Clear();
        if (on)
        {
            _selected.UnionWith(Rows.Items.Select(RowKey));
        }
    }

    private string? ClassOf(TRow row) =>
        (RowClass?.Invoke(row), RowLines?.Invoke(row)) switch
        {
            (var named, null) => named,
            (null, { } lines) => $"lines-{lines}",
            (var named, { } lines) => $"{named} lines-{lines}",
        };

    private string? SortState(Column<TRow> column) =>
        column.Sort is null ? null : State.Sort == column.Sort ? "ascending" : State.Sort == "-" + column.Sort ? "descending" : null;

    private string SortLink(Column<TRow> column) => State.Link(("sort", State.Sort == column.Sort ? "-" + column.Sort : column.Sort), ("page", null));
}
