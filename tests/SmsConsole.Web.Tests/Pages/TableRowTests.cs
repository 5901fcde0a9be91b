using Bunit;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Tests.Pages;

public sealed class TableRowTests : PageContext
{
    private static readonly IReadOnlyList<Column<Thing>> _columns = [new("name", "Name", "10rem", thing => builder => builder.AddContent(0, thing.Name))];

    [Fact]
    public void SameRowAndColumns_AreNotRenderedAgain()
    {
        var row = Shown();

        row.Render(parameters => parameters.Add(r => r.Row, new Thing("one")).Add(r => r.Columns, _columns.ToList()));

        Assert.Equal(1, row.RenderCount);
    }

    [Fact]
    public void AnotherRow_OrClass_IsRendered()
    {
        var row = Shown();

        row.Render(parameters => parameters.Add(r => r.Row, new Thing("two")));
        row.MarkupMatches("""<tr role="row"><td role="cell" data-title="Name">two</td></tr>""");

        row.Render(parameters => parameters.Add(r => r.Class, "child"));
        row.MarkupMatches("""<tr role="row" class="child"><td role="cell" data-title="Name">two</td></tr>""");
    }

    [Fact]
    public void ColumnsMadeAnew_AreRendered_ThoughTheirCellsAreTheSame()
    {
        var shown = "first";
        var row = Render<TableRow<Thing>>(parameters => parameters.Add(r => r.Row, new Thing("one")).Add(r => r.Columns, Columns()));

        shown = "second";
        row.Render(parameters => parameters.Add(r => r.Columns, Columns()));

        row.MarkupMatches("""<tr role="row"><td role="cell" data-title="Name">second</td></tr>""");

        IReadOnlyList<Column<Thing>> Columns() => [new("name", "Name", "10rem", _ => builder => builder.AddContent(0, shown))];
    }

    [Fact]
    public void NamedRow_CanBeSelected_AndIsRenderedWhenItIs()
    {
        var told = new List<bool>();
        var row = Render<TableRow<Thing>>(parameters => parameters.Add(r => r.Row, new Thing("one")).Add(r => r.Columns, _columns).Add(r => r.Name, "one").Add(r => r.OnSelect, told.Add));

        row.Find("input").Change(true);
        row.Render(parameters => parameters.Add(r => r.IsSelected, true));

        Assert.Equal([true], told);
        Assert.True(row.Find("input").HasAttribute("checked"));
        Assert.Equal("selected", row.Find("tr").ClassName?.Trim());
    }

    private IRenderedComponent<TableRow<Thing>> Shown() =>
        Render<TableRow<Thing>>(parameters => parameters.Add(r => r.Row, new Thing("one")).Add(r => r.Columns, _columns));

    public sealed record Thing(string Name);
}
