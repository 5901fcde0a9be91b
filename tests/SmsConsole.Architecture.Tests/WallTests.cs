using System.Text.Json;
using System.Xml.Linq;

namespace SmsConsole.Architecture.Tests;

/// <summary>Who may know whom (docs/architecture.md, Parts).</summary>
public class WallTests
{
    [Theory]
    [InlineData("SmsConsole.Site", "")]
    [InlineData("SmsConsole.Data", "Microsoft.SqlServer.Server")]
    [InlineData("SmsConsole.Engine", "SmsConsole.Data SmsConsole.Site")]
    [InlineData("SmsConsole.Web", "SmsConsole.Data SmsConsole.Engine")]
    public void ProjectReferences_AreTheDocumentedOnes(string project, string allowed)
    {
        var found = XDocument.Load(Path.Combine(Repository.Root, project, project + ".csproj"))
            .Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.Empty(found.Except(allowed.Split(' ')));
    }

    [Fact]
    public void SiteClosure_IsOneLibrary()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "sms-site.deps.json");
        using var closure = JsonDocument.Parse(File.ReadAllBytes(file));

        var libraries = closure.RootElement.GetProperty("libraries").EnumerateObject().Select(l => l.Name.Split('/')[0]);

        Assert.Equal(["sms-site"], libraries);
    }

    [Fact]
    public void Site_ReferencesTheRuntimeOnly()
    {
        var references = Repository.Load("SmsConsole.Site").GetReferencedAssemblies().Select(a => a.Name!);

        Assert.All(references, name => Assert.True(name.StartsWith("System", StringComparison.Ordinal) || name is "Microsoft.Win32.Primitives", name));
    }

    [Fact]
    public void Data_ShowsQueriesAndRegistrationOnly()
    {
        var others = Repository.Load("SmsConsole.Data").GetExportedTypes()
            .Where(t => t.Namespace is not ("SmsConsole.Data.Queries" or "SmsConsole.Data"))
            .Where(t => t.Namespace?.StartsWith("SmsConsole.Data.Migrations", StringComparison.Ordinal) != true)
            .Where(t => t.Namespace?.StartsWith("SmsConsole.Data.CompiledModels", StringComparison.Ordinal) != true)
            .Select(t => t.FullName);

        Assert.Empty(others);
    }

    [Fact]
    public void Data_ShowsNoEntityAndNoContext()
    {
        var shown = Repository.Load("SmsConsole.Data").GetExportedTypes();

        Assert.DoesNotContain(shown, t => t.Name.EndsWith("Context", StringComparison.Ordinal) || t.Name is "Site" or "Job" or "ConsoleUser");
    }
}
