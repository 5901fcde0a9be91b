using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace SmsConsole.Registry;

/// <summary>
/// Lets Microsoft.Data.Sqlite 10 run on SQLitePCLRaw 2.0.6, the newest the registry has, and prefers the system's
/// SQLite (kept up to date by its distribution) to the 3.35.5 that came with that package.
/// </summary>
internal static class SqliteBootstrap
{
#pragma warning disable CA2255 // the hook must stand before the first type of Microsoft.Data.Sqlite is touched
    [ModuleInitializer]
    internal static void Initialize()
    {
        AssemblyLoadContext.Default.Resolving += static (context, name) =>
            name.Name == "SQLitePCLRaw.core"
                ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "SQLitePCLRaw.core.dll"))
                : null;
        SetProvider();
    }
#pragma warning restore CA2255

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SetProvider()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, Resolve);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    private static IntPtr Resolve(string library, Assembly assembly, DllImportSearchPath? path)
    {
        if (library != "e_sqlite3")
        {
            return IntPtr.Zero;
        }

        return NativeLibrary.TryLoad("libsqlite3.so.0", assembly, path, out var system)
            || NativeLibrary.TryLoad("winsqlite3.dll", assembly, DllImportSearchPath.System32, out system)
            ? system
            : IntPtr.Zero;
    }
}
