using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Scaffolding;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.TestKit;

namespace SmsConsole.Data.Tests;

public sealed partial class CompiledModelTests
{
    [Theory]
    [InlineData(SmsProvider.Sqlite)]
    [InlineData(SmsProvider.SqlServer)]
    public void CompiledModel_EveryFile_IsWhatTheEntitiesSay(SmsProvider provider)
    {
        using SmsContext context = provider == SmsProvider.Sqlite ? new SqliteDesignTimeFactory().CreateDbContext([]) : new SqlServerDesignTimeFactory().CreateDbContext([]);
        Assert.IsType<RuntimeModel>(context.Model, exactMatch: false);
        var services = new ServiceCollection();
        var library = Assembly.Load(context.Database.ProviderName!);
        var tooling = library.GetType(library.GetCustomAttribute<DesignTimeProviderServicesAttribute>()!.TypeName, throwOnError: true)!;
        ((IDesignTimeServices)Activator.CreateInstance(tooling)!).ConfigureDesignTimeServices(services);
        var options = new CompiledModelCodeGenerationOptions
        {
            ContextType = context.GetType(),
            ModelNamespace = $"SmsConsole.Data.CompiledModels.{provider}",
            Language = "C#",
            UseNullableReferenceTypes = true,
        };
        using var tools = services.AddEntityFrameworkDesignTimeServices().AddDbContextDesignTimeServices(context).BuildServiceProvider();
        using var scope = tools.CreateScope();
        var current = scope.ServiceProvider.GetRequiredService<ICompiledModelCodeGeneratorSelector>().Select(options)
            .GenerateModel(context.GetService<IDesignTimeModel>().Model, options)
            .ToDictionary(f => Path.GetFileName(f.Path), f => f.Code);

        var folder = Path.Combine(SourceTree.Root, "SmsConsole.Data", "CompiledModels", provider.ToString());
        Assert.Equal(current.Keys.Order(StringComparer.Ordinal), Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var (name, code) in current)
        {
            Assert.True(Lines(code).SequenceEqual(Lines(File.ReadAllText(Path.Combine(folder, name)))), $"{name} is not current: run eng/compile-model.");
        }
    }

    /// <summary>Without the number that each writing gives the model.</summary>
    private static IEnumerable<string> Lines(string code) => code.Split('\n').Select(l => Number().Replace(l.TrimEnd(), "modelId"));

    [GeneratedRegex("""modelId: new Guid\("[0-9a-f-]{36}"\)""")]
    private static partial Regex Number();
}
