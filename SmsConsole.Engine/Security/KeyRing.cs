using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace SmsConsole.Engine;

public static class KeyRing
{
    /// <summary>
    /// The Data Protection key ring in the data directory: it protects cookies, tokens and the secrets in the database, so console and
    /// headless engine share it. Only the account they run as may read the folder.
    /// </summary>
    public static IServiceCollection AddSmsKeyRing(this IServiceCollection services, SmsConsoleOptions options)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(options.KeysDirectory);
        }
        else
        {
            const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Directory.CreateDirectory(options.KeysDirectory, ownerOnly);
            File.SetUnixFileMode(options.KeysDirectory, ownerOnly);
        }

        services.AddDataProtection().SetApplicationName("SmsConsole").PersistKeysToFileSystem(new DirectoryInfo(options.KeysDirectory));
        return services;
    }
}
