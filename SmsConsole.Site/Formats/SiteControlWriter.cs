using System.Globalization;
using System.Text;

namespace SmsConsole.SiteServer.Formats;

/// <summary>The canonical layout: CRLF, sections in the documented order (Resource Kit, S3D59), values encoded.</summary>
internal sealed class SiteControlWriter
{
    private readonly StringBuilder text = new();

    private SiteControlWriter()
    {
    }

    public static string Write(SiteControlImage image)
    {
        SiteControlWriter writer = new();
        writer.Line($"SITE CONTROL FILE [{image.Build}][{SiteControlFile.OwnSyntax}]");
        writer.Definition(image);
        writer.Statements(image.Transactions, t => Values("TRANSACTION ", t.Type, Flag(t.Persistent), Number(t.Number), t.Text1, t.Text2));
        writer.Account(image.Account);
        writer.Statements(image.Properties, p => Values("PROPERTY ", p.Name, p.Text1, p.Text2, Number(p.Number)));
        writer.Sections("PROPERTY_LIST", image.PropertyLists, list => [list.Name, .. list.Items]);
        writer.Sections("DOMAIN", image.Domains, d => [d.Name, d.Type, Number((uint)d.Source)],
            d => d.LogonServers.Select(s => Values("LOGONSERVER ", s.Name, s.Type, Number(s.Flags), s.Drive)));
        writer.Statements(image.Addresses, Address);
        writer.Statements(image.Outboxes, o =>
            Values("OUTBOX ", o.Name, o.Path, o.SenderType, o.Schedule, Number(o.Flags), o.Drive, o.Server));
        writer.Statements(image.Servers, s => Values("SERVER ", s.Name, s.Type, Number(s.Flags), s.Drive));
        writer.Sections("COMPONENT", image.Components, c => [Number((uint)c.Flags), c.Name, c.File, c.Server, c.Drive]);
        writer.Sections("SENDER", image.Senders, s => [Number((uint)s.Flags), s.SenderType, s.File, s.Drive, s.Server, s.Name],
            s => s.Outboxes.Select(name => Values("OUTBOX ", name)));
        writer.Foreign(image.Foreign);
        return writer.text.ToString();
    }

    private void Definition(SiteControlImage image) => Sections("FILE_DEFINITION", [image], i =>
    [
        Number((uint)i.Type), i.Comment, i.TargetSite, i.OriginatingSite,
        i.PostedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), Flag(i.Posted),
    ]);

    private void Account(SiteControlAccount? account)
    {
        if (account is not null)
        {
            Sections("SITE_ACCOUNT", [account], a =>
            [
                Number((uint)a.Type), a.SiteCode, a.ParentCode, a.Server, a.Domain, a.SiteName, a.InstallDirectory,
                a.ServiceDomain, a.ServiceAccount, a.ServicePassword, a.PublicKey,
                a.SqlServer, a.SqlLogin, a.SqlPassword, a.SqlDatabase, a.SqlPublicKey, a.UserName, a.Organization,
            ]);
        }
    }

    private void Sections<T>(
        string name, IEnumerable<T> items, Func<T, IEnumerable<string>> values, Func<T, IEnumerable<string>>? lines = null)
    {
        foreach (T item in items)
        {
            Line();
            Line("BEGIN_" + name);
            foreach (string value in values(item))
            {
                Line(Values("  ", value));
            }

            foreach (string line in lines?.Invoke(item) ?? [])
            {
                Line("  " + line);
            }

            Line("END_" + name);
        }
    }

    private void Statements<T>(ValueList<T> items, Func<T, string> statement)
    {
        if (items.Count > 0)
        {
            Line();
        }

        foreach (T item in items)
        {
            Line(statement(item));
        }
    }

    private void Foreign(ValueList<SiteControlForeign> sections)
    {
        foreach (SiteControlForeign section in sections)
        {
            Line();
            foreach (string line in section.Lines)
            {
                Line(line);
            }
        }
    }

    private static string Address(SiteControlAddress address)
    {
        string data = SiteControlEscape.Encode(address.Data);
        string statement = Values("ADDRESS ", address.Origin, address.Destination, address.SenderType, address.Outbox);
        return string.Create(CultureInfo.InvariantCulture, $"{statement}\r\n  #{data.Length + 2}({data})");
    }

    private static string Values(string before, params ReadOnlySpan<string> values)
    {
        StringBuilder line = new(before);
        foreach (string value in values)
        {
            line.Append('<').Append(SiteControlEscape.Encode(value)).Append('>');
        }

        return line.ToString();
    }

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Flag(bool value) => value ? "1" : "0";

    private void Line(string line = "") => text.Append(line).Append("\r\n");
}
