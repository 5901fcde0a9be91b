using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SmsConsole.Architecture.Tests;

/// <summary>What the console says stands in the resources (decision 0012), and all that stands there is said.</summary>
public partial class TextTests
{
    private static readonly string _web = Path.Combine(Repository.Root, "SmsConsole.Web");

    /// <summary>The name of the product, a mark for "nothing", and what is typed into a field and not read.</summary>
    private static readonly HashSet<string> _noWords = ["– SmsConsole", "SmsConsole", "branch01.example.com", "/opt/sms", "-----BEGIN OPENSSH PRIVATE KEY-----", "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub", "UTC"];

    /// <summary>Names of components are names in every language; what a program that calls the API is told is the API's.</summary>
    private static readonly HashSet<string> _sayNames = ["LogComponents.cs", "BearerHandler.cs"];

    [Fact]
    public void Markup_HasNoWordsOfItsOwn()
    {
        var found = Files(".razor").SelectMany(f =>
        {
            var markup = Comment().Replace(f.Text, string.Empty).Split("@code {")[0];
            return TextNode().Matches(markup).Concat(Attribute().Matches(markup)).Select(m => m.Groups["words"].Value.Trim()).Where(words => !_noWords.Contains(words)).Select(words => $"{f.Name}: {words}");
        });

        Assert.Empty(found);
    }

    [Fact]
    public void Code_HasNoSentencesOfItsOwn()
    {
        // What is logged and thrown is for who runs the console.
        var found = Files(".razor", ".cs").Where(f => !_sayNames.Contains(Path.GetFileName(f.Name)))
            .SelectMany(f => Comment().Replace(f.Text, string.Empty).Split('\n').Where(line => !line.Contains("LoggerMessage", StringComparison.Ordinal) && !line.Contains("throw ", StringComparison.Ordinal) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .SelectMany(line => Sentence().Matches(line)).Select(m => $"{f.Name}: {m.Value}"));

        Assert.Empty(found);
    }

    [Fact]
    public void Resources_AreAllUsedInTheirFolder()
    {
        var found = Repository.Sources(".resx").SelectMany(file =>
        {
            var folder = Path.GetDirectoryName(file)!;
            // The document itself has no folder of its own: it uses those of the layout.
            var code = string.Concat(Directory.EnumerateFiles(folder).Concat(Directory.EnumerateFiles(Path.Combine(_web, "Components"))).Where(f => !f.EndsWith(".resx", StringComparison.Ordinal)).Select(File.ReadAllText));
            return XDocument.Load(file).Root!.Elements("data").Select(d => d.Attribute("name")!.Value).Where(name => !Regex.IsMatch(code, $@"\bTexts\.{name}\b")).Select(name => $"{Path.GetRelativePath(_web, file)}: {name}");
        });

        Assert.Empty(found);
    }

    private static IEnumerable<(string Name, string Text)> Files(params string[] extensions) =>
        Repository.Sources(extensions).Select(file => (Name: Path.GetRelativePath(_web, file), file))
            .Where(f => f.Name.StartsWith("Components", StringComparison.Ordinal) || f.Name.StartsWith("Features", StringComparison.Ordinal)).Select(f => (f.Name, File.ReadAllText(f.file)));

    [GeneratedRegex(@"@\*.*?\*@", RegexOptions.Singleline)]
    private static partial Regex Comment();

    /// <summary>Between two tags, or between one and what is put in: two letters on end that are no expression.</summary>
    [GeneratedRegex(@"(?<=[\w""/]>)(?<words>[^<>@{}=;]*\p{L}{2}[^<>@{}=;]*)(?=[<@])")]
    private static partial Regex TextNode();

    [GeneratedRegex(@"\b(Title|Text|Lead|Label|UpText|Caption|What|One|Many|Never|Words|aria-label|title|placeholder)=""(?<words>[^@""]*\p{L}{2}[^@""]*)""")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"""\p{Lu}[^""]* [^""]*[\p{L}.}?!:]""")]
    private static partial Regex Sentence();
}
