using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace SmsConsole.Registry;

/// <summary>Gives bUnit, which asks for AngleSharp.Diffing 1.1, the 0.17 that the registry has.</summary>
internal static class DiffingBootstrap
{
#pragma warning disable CA2255 // the hook must stand before bUnit's first render
    [ModuleInitializer]
    internal static void Initialize() =>
        AssemblyLoadContext.Default.Resolving += static (context, name) =>
            name.Name == "AngleSharp.Diffing"
                ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "AngleSharp.Diffing.dll"))
                : null;
#pragma warning restore CA2255
}
