using System.Globalization;

namespace SmsConsole.SiteServer.Formats;

/// <summary>A setting that is not as asked. Null: not there at all. Secrets show as a mark, never as text.</summary>
/// <param name="Path">Where: <c>Account.SiteName</c>, <c>Property[Service Response].Number</c>.</param>
/// <param name="Desired">In the PROPOSED image.</param>
/// <param name="Actual">In the ACTUAL image.</param>
public sealed record SiteControlDifference(string Path, string? Desired, string? Actual);

/// <summary>
/// Compares what a site shall be with what it is. What describes the file and not the site is left out: build,
/// type, comment, originating site, time, posted flag and one-time transactions.
/// </summary>
public static class SiteControlDiff
{
    /// <summary>The differences in the order of the desired image, then what only the actual image has.</summary>
    public static ValueList<SiteControlDifference> Compare(SiteControlImage desired, SiteControlImage actual)
    {
        OrderedDictionary<string, Setting> wanted = Flatten(desired);
        OrderedDictionary<string, Setting> found = Flatten(actual);
        List<SiteControlDifference> differences = [];
        foreach ((string path, Setting setting) in wanted)
        {
            if (!found.TryGetValue(path, out Setting other))
            {
                differences.Add(new(path, setting.Shown, null));
            }
            else if (setting.Value != other.Value)
            {
                differences.Add(new(path, setting.Shown, other.Shown));
            }
        }

        differences.AddRange(found.Where(f => !wanted.ContainsKey(f.Key)).Select(f => new SiteControlDifference(f.Key, null, f.Value.Shown)));
        return differences.ToValueList();
    }

    /// <summary>Stands for a secret: whether there is one.</summary>
    internal static string Mark(string secret) => secret.Length == 0 ? "(empty)" : "(hidden)";

    private static OrderedDictionary<string, Setting> Flatten(SiteControlImage image)
    {
        Settings settings = new();
        settings.Add("TargetSite", image.TargetSite);
        if (image.Account is { } a)
        {
            AddAccount(settings, a);
        }

        Settings.AddEach("Property", image.Properties, p => p.Name, (path, p) =>
        {
            settings.Add(path + ".Text1", p.Text1, p.IsSecret);
            settings.Add(path + ".Text2", p.Text2, p.IsSecret);
            settings.Add(path + ".Number", Number(p.Number));
        });
        Settings.AddEach("PropertyList", image.PropertyLists, l => l.Name, (path, l) => settings.AddList(path, l.Items));
        Settings.AddEach("Domain", image.Domains, d => d.Name, (path, d) =>
        {
            settings.Add(path + ".Type", d.Type);
            settings.Add(path + ".Source", d.Source.ToString());
            Settings.AddEach(path + ".LogonServer", d.LogonServers, s => s.Name,
                (inner, s) => settings.Add(inner, $"{s.Type};{Number(s.Flags)};{s.Drive}"));
        });
        Settings.AddEach("Address", image.Addresses, x => $"{x.Origin} to {x.Destination}, {x.SenderType}", (path, x) =>
        {
            settings.Add(path + ".Outbox", x.Outbox);
            settings.Add(path + ".Data", x.Data, isSecret: true);
        });
        Settings.AddEach("Outbox", image.Outboxes, o => o.Name, (path, o) =>
        {
            settings.Add(path + ".SenderType", o.SenderType);
            settings.Add(path + ".Path", o.Path);
            settings.Add(path + ".Schedule", o.Schedule);
            settings.Add(path + ".Flags", Number(o.Flags));
            settings.Add(path + ".Drive", o.Drive);
            settings.Add(path + ".Server", o.Server);
        });
        Settings.AddEach("Server", image.Servers, s => s.Name, (path, s) =>
        {
            settings.Add(path + ".Type", s.Type);
            settings.Add(path + ".Flags", Number(s.Flags));
            settings.Add(path + ".Drive", s.Drive);
        });
        Settings.AddEach("Component", image.Components, c => c.Name, (path, c) =>
            AddProgram(settings, path, c.Flags, c.File, c.Server, c.Drive));
        Settings.AddEach("Sender", image.Senders, s => s.Name, (path, s) =>
        {
            AddProgram(settings, path, s.Flags, s.File, s.Server, s.Drive);
            settings.Add(path + ".SenderType", s.SenderType);
            settings.AddList(path + ".Outboxes", s.Outboxes);
        });
        Settings.AddEach("Foreign", image.Foreign, f => f.Name, (path, f) => settings.Add(path, string.Join('\n', f.Lines), isSecret: true));
        return settings.All;
    }

    private static void AddAccount(Settings settings, SiteControlAccount a)
    {
        settings.Add("Account.Type", a.Type.ToString());
        settings.Add("Account.ParentCode", a.ParentCode);
        settings.Add("Account.Server", a.Server);
        settings.Add("Account.Domain", a.Domain);
        settings.Add("Account.SiteName", a.SiteName);
        settings.Add("Account.InstallDirectory", a.InstallDirectory);
        settings.Add("Account.ServiceDomain", a.ServiceDomain);
        settings.Add("Account.ServiceAccount", a.ServiceAccount, isSecret: true);
        settings.Add("Account.ServicePassword", a.ServicePassword, isSecret: true);
        settings.Add("Account.PublicKey", a.PublicKey);
        settings.Add("Account.SqlServer", a.SqlServer);
        settings.Add("Account.SqlLogin", a.SqlLogin, isSecret: true);
        settings.Add("Account.SqlPassword", a.SqlPassword, isSecret: true);
        settings.Add("Account.SqlDatabase", a.SqlDatabase);
        settings.Add("Account.SqlPublicKey", a.SqlPublicKey);
        settings.Add("Account.UserName", a.UserName);
        settings.Add("Account.Organization", a.Organization);
    }

    private static void AddProgram(Settings settings, string path, SiteComponentTraits flags, string file, string server, string drive)
    {
        settings.Add(path + ".Flags", flags.ToString());
        settings.Add(path + ".File", file);
        settings.Add(path + ".Server", server);
        settings.Add(path + ".Drive", drive);
    }

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Setting(string Value, string Shown);

    private sealed class Settings
    {
        public OrderedDictionary<string, Setting> All { get; } = new(StringComparer.Ordinal);

        public void Add(string path, string value, bool isSecret = false) => All[path] = new(value, isSecret ? Mark(value) : value);

        /// <summary>Compared with the items kept apart: "a; b" is not "a" and "b".</summary>
        public void AddList(string path, ValueList<string> items) =>
            All[path] = new(string.Concat(items.Select(item => SiteControlEscape.Encode(item) + ">")), string.Join("; ", items));

        /// <summary>A name that comes again gets its number, so that no entry hides another.</summary>
        public static void AddEach<T>(string kind, IEnumerable<T> items, Func<T, string> name, Action<string, T> add)
        {
            Dictionary<string, int> seen = new(StringComparer.Ordinal);
            foreach (T item in items)
            {
                string key = name(item);
                int time = seen[key] = seen.GetValueOrDefault(key) + 1;
                add($"{kind}[{key}{(time == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" #{time}"))}]", item);
            }
        }
    }
}
