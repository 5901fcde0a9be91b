using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.Json;
using SmsConsole.Data;
using SmsConsole.SiteServer;

namespace SmsConsole.Engine;

/// <summary>Options, or every reason why there are none.</summary>
public sealed record SettingsOutcome(SmsConsoleOptions? Options, IReadOnlyList<string> Errors);

/// <summary>
/// Finds and checks the settings of a primary site: root appsettings.json, environment, arguments, in that order, the last wins.
/// The console and the headless engine start with the same. Nothing is created here.
/// </summary>
public static class SmsConsoleSettings
{
    /// <summary>Exit code of a program whose settings are wrong.</summary>
    public const int WrongSettingsExitCode = 2;

    private static readonly Dictionary<string, string[]> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Site"] = ["Code", "Name"],
        ["Database"] = ["Provider", "MaxBatchSize", "CommandTimeout", "ApplyMigrations"],
        ["Engine"] = ["Enabled"],
        ["Setup"] = ["Administrator", "Password"],
        ["ConnectionStrings"] = ["SiteControl"],
    };

    /// <summary>Ours without a section, and those that a .NET host reads itself.</summary>
    private static readonly string[] OtherKeys =
        ["Urls", "Proxies", "DataDirectory", "Logging", "Kestrel", "AllowedHosts", "environment", "contentRoot", "applicationName", "webRoot", "DetailedErrors", "hostBuilder:reloadConfigOnChange", "hostBuilder", "$schema"];

    /// <summary>
    /// Where the root appsettings.json is: beside the program when published, else beside SmsConsole.sln above it.
    /// </summary>
    public static string FindRoot(string programDirectory)
    {
        if (File.Exists(Path.Combine(programDirectory, "appsettings.json")))
        {
            return programDirectory;
        }

        for (var directory = new DirectoryInfo(programDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "SmsConsole.sln")))
            {
                return directory.FullName;
            }
        }

        return programDirectory;
    }

    /// <summary>Adds the sources in their order. A file that cannot be read is an error of <see cref="Load"/>, not an exception.</summary>
    public static void AddSources(IConfigurationBuilder builder, string root, string[] args)
    {
        builder.AddJsonFile(Path.Combine(root, "appsettings.json"), optional: true, reloadOnChange: false);
        builder.AddEnvironmentVariables("DOTNET_");
        builder.AddEnvironmentVariables("ASPNETCORE_");
        builder.AddEnvironmentVariables();
        builder.AddCommandLine(args);
    }

    /// <summary>Reads and checks the settings of a program in <paramref name="programDirectory"/>.</summary>
    public static SettingsOutcome Load(string programDirectory, string[] args)
    {
        var root = FindRoot(programDirectory);
        var builder = new ConfigurationBuilder();
        AddSources(builder, root, args);
        try
        {
            return Check(builder.Build(), root);
        }
        catch (InvalidDataException e)
        {
            return new SettingsOutcome(null, [$"{Path.Combine(root, "appsettings.json")}: {e.InnerException?.Message ?? e.Message}"]);
        }
        catch (FormatException e)
        {
            return new SettingsOutcome(null, [$"Arguments: {e.Message}"]);
        }
    }

    /// <summary>Checks what the sources say. A relative DataDirectory counts from <paramref name="root"/>.</summary>
    public static SettingsOutcome Check(IConfigurationRoot configuration, string root)
    {
        var errors = new List<string>();
        FindUnknownKeys(configuration, errors);
        var urls = Urls(OneText(configuration, "Urls", errors), errors);
        var proxies = Proxies(OneText(configuration, "Proxies", errors), errors);
        var dataDirectory = DataDirectory(configuration["DataDirectory"], root, errors);
        var site = Site(configuration.GetSection("Site"), errors);
        var database = Database(configuration, dataDirectory, errors);
        var engine = new EngineSettings(Boolean(configuration, "Engine:Enabled", true, errors));
        var setup = Setup(configuration.GetSection("Setup"), errors);
        return errors.Count > 0
            ? new SettingsOutcome(null, errors)
            : new SettingsOutcome(new SmsConsoleOptions { Urls = urls, Proxies = proxies, DataDirectory = dataDirectory, Site = site, Database = database, Engine = engine, Setup = setup }, []);
    }

    /// <summary>Writes the errors as both programs show them; returns the exit code.</summary>
    public static int Report(IReadOnlyList<string> errors, TextWriter output)
    {
        output.WriteLine(errors.Count == 1 ? "SmsConsole cannot start: a setting is wrong." : $"SmsConsole cannot start: {errors.Count} settings are wrong.");
        foreach (var error in errors)
        {
            output.WriteLine($"  - {error}");
        }

        output.WriteLine("Nothing was created. Settings come from appsettings.json, the environment (Section__Key) and arguments (--Section:Key=value).");
        return WrongSettingsExitCode;
    }

    private static void FindUnknownKeys(IConfigurationRoot configuration, List<string> errors)
    {
        // The environment is everybody's: unknown names there are not ours to judge, except inside our sections.
        var known = new HashSet<string>(Sections.Keys.Concat(OtherKeys), StringComparer.OrdinalIgnoreCase);
        var given = configuration.Providers.Where(p => p is JsonConfigurationProvider or CommandLineConfigurationProvider)
            .SelectMany(p => p.GetChildKeys([], null)).Distinct(StringComparer.OrdinalIgnoreCase);
        errors.AddRange(given.Where(key => !known.Contains(key)).Order(StringComparer.Ordinal).Select(key => $"{key}: there is no such setting.{Nearest(key, known)}"));
        foreach (var (section, keys) in Sections.Where(s => s.Key != "ConnectionStrings"))
        {
            errors.AddRange(configuration.GetSection(section).GetChildren()
                .Where(child => !keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                .Select(child => $"{section}:{child.Key}: there is no such setting. {section} knows {string.Join(", ", keys)}."));
        }
    }

    private static string Nearest(string key, IEnumerable<string> known) =>
        known.FirstOrDefault(k => k.Length > 3 && (k.StartsWith(key, StringComparison.OrdinalIgnoreCase) || key.StartsWith(k, StringComparison.OrdinalIgnoreCase) || Distance(k, key) <= 2)) is { } near
            ? $" Did you mean {near}?"
            : string.Empty;

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                var cost = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), corner + cost);
                corner = above;
            }
        }

        return row[^1];
    }

    /// <summary>A list that was given as one would be no text, and not be seen at all.</summary>
    private static string? OneText(IConfigurationRoot configuration, string key, List<string> errors)
    {
        if (configuration.GetSection(key).GetChildren().Any())
        {
            errors.Add($"{key}: is one text, its parts separated by semicolons, and no list.");
        }

        return configuration[key];
    }

    private static string Urls(string? text, List<string> errors)
    {
        if (text is null)
        {
            return SmsConsoleOptions.DefaultUrls;
        }

        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 0)
        {
            errors.Add($"Urls: is empty; for example {SmsConsoleOptions.DefaultUrls}.");
        }

        foreach (var part in parts)
        {
            // Kestrel's wildcards are no host names to Uri.
            var candidate = part.Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal);
            if (!Uri.TryCreate(candidate, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            {
                errors.Add($"Urls: \"{part}\" is not an address such as http://localhost:5080.");
            }
            else if (uri.AbsolutePath != "/" || uri.Query.Length > 0)
            {
                errors.Add($"Urls: \"{part}\" must end after host and port.");
            }
        }

        return text;
    }

    private static List<IPNetwork> Proxies(string? text, List<string> errors)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in (text ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (IPNetwork.TryParse(IPAddress.TryParse(part, out var address) ? $"{part}/{address.GetAddressBytes().Length * 8}" : part, out var network) && IsAsWritten(network, part))
            {
                networks.Add(network);
            }
            else
            {
                errors.Add($"Proxies: \"{part}\" is not an address such as 10.0.0.5 or a network such as 10.0.0.0/24.");
            }
        }

        return networks;
    }

    /// <summary>
    /// Who is believed is read to the letter: .NET takes "10.0.5" for 10.0.0.5 and "010.0.0.5" for 8.0.0.5. Not all of a family, nor IPv4 in IPv6's clothes
    /// (callers are compared as IPv4).
    /// </summary>
    private static bool IsAsWritten(IPNetwork network, string part) =>
        network.PrefixLength > 0 && !network.BaseAddress.IsIPv4MappedToIPv6 && (part.Contains(':', StringComparison.Ordinal) || part.Split('/')[0].Split('.') is { Length: 4 } numbers && numbers.All(n => n is "0" || !n.StartsWith('0')));

    private static string DataDirectory(string? text, string root, List<string> errors)
    {
        string path;
        try
        {
            path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(string.IsNullOrWhiteSpace(text) ? "data" : text, root));
        }
        catch (ArgumentException e)
        {
            errors.Add($"DataDirectory: \"{text}\" is not a path: {e.Message}");
            return root;
        }

        if (text is not null && string.IsNullOrWhiteSpace(text))
        {
            errors.Add("DataDirectory: is empty.");
        }
        else if (File.Exists(path))
        {
            errors.Add($"DataDirectory: {path} is a file.");
        }
        else if (WhyNotWritable(path) is { } reason)
        {
            errors.Add($"DataDirectory: {path} cannot be written: {reason}");
        }

        return path;
    }

    private static string? WhyNotWritable(string path)
    {
        var existing = path;
        while (!Directory.Exists(existing))
        {
            if (File.Exists(existing))
            {
                return $"{existing} is a file.";
            }

            if (Path.GetDirectoryName(existing) is not { } parent)
            {
                return "there is no such drive.";
            }

            existing = parent;
        }

        try
        {
            // Permission bits do not tell of read-only mounts; only a file does. It is gone when the handle closes.
            using var probe = new FileStream(Path.Combine(existing, $".sms-probe-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static SiteSettings Site(IConfigurationSection section, List<string> errors)
    {
        var code = section["Code"] ?? "P01";
        var name = (section["Name"] ?? "Primary site").Trim();
        if (!SiteCodes.IsValid(code))
        {
            errors.Add($"Site:Code: \"{code}\" is not a site code: three of A-Z and 0-9, and none of {string.Join(", ", SiteCodes.Reserved)}.");
        }

        if (name.Length is 0 or > 50 || name.Any(char.IsControl))
        {
            errors.Add("Site:Name: must have 1 to 50 characters.");
        }

        return new SiteSettings(code, name);
    }

    private static DatabaseSettings Database(IConfiguration configuration, string dataDirectory, List<string> errors)
    {
        var connection = configuration.GetConnectionString("SiteControl");
        var text = configuration["Database:Provider"] ?? nameof(DatabaseProvider.Sqlite);
        var known = Enum.GetNames<DatabaseProvider>().Contains(text, StringComparer.OrdinalIgnoreCase);
        if (!known)
        {
            errors.Add($"Database:Provider: \"{text}\" is not known; {string.Join(" or ", Enum.GetNames<DatabaseProvider>())}.");
        }

        var provider = known ? Enum.Parse<DatabaseProvider>(text, ignoreCase: true) : DatabaseProvider.Sqlite;
        if (known && provider == DatabaseProvider.SqlServer && string.IsNullOrWhiteSpace(connection))
        {
            errors.Add("ConnectionStrings:SiteControl: SQL Server needs a connection string.");
        }

        if (!string.IsNullOrWhiteSpace(connection))
        {
            if (known && ConnectionStringCheck.WhyNot(provider.ForData(), connection) is { } reason)
            {
                errors.Add($"ConnectionStrings:SiteControl: {reason}");
            }
        }
        else
        {
            connection = $"Data Source={Path.Combine(dataDirectory, "SiteControl.db")}";
        }

        return new DatabaseSettings(provider, connection, Number(configuration, "Database:MaxBatchSize", 1, 10_000, errors), Number(configuration, "Database:CommandTimeout", 1, 3_600, errors), Boolean(configuration, "Database:ApplyMigrations", false, errors));
    }

    private static SetupSettings Setup(IConfigurationSection section, List<string> errors)
    {
        var (administrator, password) = (section["Administrator"], section["Password"]);
        if (string.IsNullOrEmpty(administrator) != string.IsNullOrEmpty(password))
        {
            errors.Add("Setup: Administrator and Password go together; one of them is missing.");
        }
        else if (!string.IsNullOrEmpty(administrator))
        {
            errors.AddRange(UserRules.CheckName(administrator) is { } wrongName ? [$"Setup:Administrator: {wrongName}"] : []);
            errors.AddRange(UserRules.CheckPassword(password!) is { } wrongPassword ? [$"Setup:Password: {wrongPassword}"] : []);
        }

        return string.IsNullOrEmpty(administrator) ? new SetupSettings() : new SetupSettings(administrator, password);
    }

    private static int? Number(IConfiguration configuration, string key, int least, int most, List<string> errors)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        errors.Add($"{key}: \"{text}\" is not a whole number from {least} to {most}.");
        return null;
    }

    private static bool Boolean(IConfiguration configuration, string key, bool standard, List<string> errors)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return standard;
        }

        if (bool.TryParse(text, out var value))
        {
            return value;
        }

        errors.Add($"{key}: \"{text}\" is neither true nor false.");
        return standard;
    }
}
