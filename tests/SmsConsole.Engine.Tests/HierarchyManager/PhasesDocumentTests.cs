using System.Text;
using SmsConsole.Data.Queries;
using SmsConsole.TestKit;

namespace SmsConsole.Engine.Tests;

/// <summary>docs/phases.md says what the tables say. <c>eng/render-phases</c> writes it anew.</summary>
public class PhasesDocumentTests
{
    [Fact]
    public void PhasesDocument_Always_EqualsTheTables()
    {
        var file = Path.Combine(SourceTree.Root, "docs", "phases.md");
        var rendered = Render();
        if (Environment.GetEnvironmentVariable("SMSCONSOLE_RENDER_PHASES") == "1")
        {
            File.WriteAllText(file, rendered);
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file) == rendered, "docs/phases.md differs from the tables: run eng/render-phases.");
    }

    private static string Render()
    {
        var text = new StringBuilder();
        text.Append("# States of a site and of a job\n\n");
        text.Append("Rendered from `SiteTransitions` and `JobTransitions` by `eng/render-phases`; a test compares. Codes are those of KB137376.\n\n");
        text.Append("## Site\n\n```mermaid\nstateDiagram-v2\n");
        foreach (var state in SiteTransitions.All)
        {
            text.Append($"    {Id(state)}: {state}\n");
        }

        text.Append($"    [*] --> {Id(SiteTransitions.NewSite)}\n");
        foreach (var (from, happened, to) in SiteEdges())
        {
            text.Append($"    {Id(from)} --> {Id(to)}: {happened}\n");
        }

        text.Append("```\n\n| from | event | to |\n|---|---|---|\n");
        foreach (var (from, happened, to) in SiteEdges())
        {
            text.Append($"| {from} | {happened} | {to} |\n");
        }

        text.Append("\n## Job\n\n| from | event | to |\n|---|---|---|\n");
        foreach (var status in Enum.GetValues<JobStatus>())
        {
            foreach (var happened in Enum.GetValues<JobEvent>())
            {
                if (JobTransitions.Next(status, happened) is { } next)
                {
                    text.Append($"| {status} | {happened} | {next} |\n");
                }
            }
        }

        return text.ToString();
    }

    private static IEnumerable<(SiteState From, SiteEvent Happened, SiteState To)> SiteEdges() =>
        from state in SiteTransitions.All
        from happened in Enum.GetValues<SiteEvent>()
        let next = SiteTransitions.Next(state, happened)
        where next is not null
        select (state, happened, next.Value);

    private static string Id(SiteState state) => $"{state.Status}_{(int)state.Detailed}_{state.Phase}";
}
