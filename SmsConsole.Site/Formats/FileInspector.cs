using System.Globalization;
using System.Text;

namespace SmsConsole.SiteServer.Formats;

/// <summary>
/// Describes a file for an administrator (<c>sms-site inspect</c>): what it is, by its content, and what it says.
/// Shows no secret, and no control character of the file reaches the terminal.
/// </summary>
public static class FileInspector
{
    private const int SniffedBytes = 4096;

    /// <summary>A text of lines ended by <c>\n</c>. Never fails: an unknown or broken file is described as that.</summary>
    /// <param name="fileName">Shown, and for its extension when the content says nothing.</param>
    /// <param name="content">The whole file.</param>
    public static string Describe(string fileName, byte[] content)
    {
        Report report = new();
        report.Line($"{Path.GetFileName(fileName.Replace('\\', '/'))}: {content.Length} bytes");
        switch (Recognise(fileName, content))
        {
            case Kind.SiteControl: Describe(report, "Site control file", SiteControlFile.Parse(content), content, Describe); break;
            case Kind.SystemMap: Describe(report, "SYSTEM.MAP", SystemMap.Parse(content), content, Describe); break;
            case Kind.SendRequest: Describe(report, "Send request", SendRequest.Parse(content), content, Describe); break;
            case Kind.Unknown: report.Line("Not a file this program knows."); break;
        }

        return report.ToString();
    }

    private enum Kind
    {
        Unknown,
        SiteControl,
        SystemMap,
        SendRequest,
    }

    private static Kind Recognise(string fileName, byte[] content)
    {
        string start = Encoding.Latin1.GetString(content.AsSpan(0, Math.Min(content.Length, SniffedBytes))).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        if (start.StartsWith("SITE CONTROL FILE", StringComparison.OrdinalIgnoreCase) || start.StartsWith("BEGIN_", StringComparison.Ordinal))
        {
            return Kind.SiteControl;
        }

        if (start.StartsWith('{') && (start.Contains("\"requestId\"", StringComparison.Ordinal) || start.Contains("\"syncPoint\"", StringComparison.Ordinal)))
        {
            return Kind.SendRequest;
        }

        if (start.Contains("PLATFORMS", StringComparison.OrdinalIgnoreCase) || start.StartsWith("IDLIST", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("FILES \"", StringComparison.OrdinalIgnoreCase))
        {
            return Kind.SystemMap;
        }

        return Path.GetExtension(fileName).ToUpperInvariant() switch
        {
            ".CT0" or ".CT1" or ".CT2" => Kind.SiteControl,
            ".710" or ".711" or ".712" or ".713" or ".714" or ".715" or ".716" or ".717" or ".718" => Kind.SiteControl,
            ".MAP" => Kind.SystemMap,
            SendRequest.NewExtension or SendRequest.TakenExtension => Kind.SendRequest,
            _ => Kind.Unknown,
        };
    }

    private static void Describe<T>(Report report, string kind, ParseResult<T> result, byte[] content, Action<Report, T, byte[]> describe)
        where T : class
    {
        report.Line(kind);
        if (result.IsOk)
        {
            describe(report, result.Value, content);
        }
        else
        {
            report.Line(result.Error.ToString());
        }
    }

    private static void Describe(Report report, SiteControlFile file, byte[] content)
    {
        SiteControlImage image = file.Image;
        report.Field("Build, syntax", $"{image.Build}, {file.Syntax}");
        report.Field("Type", $"{image.Type} ({(int)image.Type})");
        report.Field("Comment", image.Comment);
        report.Field("Target site", image.TargetSite);
        report.Field("Originating site", image.OriginatingSite);
        report.Field("Posted", $"{image.PostedAt:u}{(image.Posted ? ", by Hierarchy Manager" : "")}");
        if (image.Account is { } account)
        {
            report.Field("Site", $"{account.SiteCode}, {account.SiteName}, {account.Type}");
            report.Field("Parent", account.ParentCode.Length == 0 ? "(none)" : account.ParentCode);
            report.Field("Server", $"{account.Server} in {account.Domain}, {account.InstallDirectory}");
            report.Field("SQL", account.SqlServer.Length == 0 ? "(none)" : $"{account.SqlDatabase} on {account.SqlServer}");
            report.Field("Service account", SiteControlDiff.Mark(account.ServiceAccount));
        }

        report.Each("Transaction", image.Transactions, t => t.Type);
        report.Each("Property", image.Properties, p => p.IsSecret
            ? $"{p.Name}: {SiteControlDiff.Mark(p.Text1 + p.Text2)}"
            : $"{p.Name}: {string.Join(", ", new[] { p.Text1, p.Text2, Number(p.Number) }.Where(text => text.Length > 0))}");
        report.Each("Property list", image.PropertyLists, l => $"{l.Name}: {l.Items}");
        report.Each("Domain", image.Domains, d => $"{d.Name}, {d.Type}, logon servers {d.Source}: {string.Join(", ", d.LogonServers.Select(s => s.Name))}");
        report.Each("Address", image.Addresses, a => $"{a}, outbox {(a.Outbox.Length == 0 ? "(default)" : a.Outbox)}, data {SiteControlDiff.Mark(a.Data)}");
        report.Each("Outbox", image.Outboxes, o =>
            $"{o.Name}, {o.SenderType}, on {o.Server}, {o.Schedule.Count(digit => digit == '0')} of 168 hours closed");
        report.Each("Server", image.Servers, s => $"{s.Name}, {s.Type}");
        report.Each("Component", image.Components, c => $"{c.Name}, {c.File}, on {c.Server}: {c.Flags}");
        report.Each("Sender", image.Senders, s => $"{s.Name}, {s.SenderType}, on {s.Server}: {string.Join(", ", s.Outboxes)}");
        report.Each("Unknown section", image.Foreign, f => $"{f.Name}, {f.Lines.Count} lines");
        report.Field("Round trip", file.ToBytes().AsSpan().SequenceEqual(content) ? "same bytes" : "DIFFERENT BYTES");
    }

    private static void Describe(Report report, SystemMap map, byte[] content)
    {
        SystemMapContents contents = map.Contents;
        report.Field("Platforms", string.Join(", ", contents.Platforms));
        report.Field("Copy lists", Number((uint)contents.CopyLists.Count));
        report.Field("Languages", string.Join(", ", contents.Languages));
        report.Field("Units", string.Join(", ", contents.Units));
        report.Each("ID list", contents.IdLists, l => $"{l.Name}: {string.Join(", ", l.Items)}");
        report.Each("Service", contents.Services, s => $"{s.Name}, {s.Main}: {s.Flags}");
        report.Each("Files", contents.Files, l => $"{l.Name}: {l.Items.Count}");
        report.Field("Round trip", map.ToBytes().AsSpan().SequenceEqual(content) ? "same bytes" : "DIFFERENT BYTES");
    }

    private static void Describe(Report report, SendRequest request, byte[] content)
    {
        report.Field("Request", $"{request.RequestId} of job {request.JobId}");
        report.Field("Kind", $"{request.Kind}, priority {request.Priority}");
        report.Field("Destination", $"{request.Destination}, incarnation {request.Incarnation}");
        report.Field("Outbox", request.Outbox);
        report.Field("State", request.State.ToString());
        report.Field("Reason", request.Reason);
        report.Field("Package", $"{request.PackageFile} as {request.PackageName}");
        report.Field("Instruction", request.InstructionFile);
        report.Field("Bytes", string.Create(CultureInfo.InvariantCulture, $"{request.SyncPoint} of {request.BytesTotal} acknowledged"));
        report.Field("Attempts", string.Create(CultureInfo.InvariantCulture, $"{request.Attempts}, {request.ConnectAttempts} to connect"));
        report.Field("Next try", request.NextTryAt is { } next ? next.ToString("u", CultureInfo.InvariantCulture) : "at once");
        report.Field("Heartbeat", request.Heartbeat?.ToString("u", CultureInfo.InvariantCulture) ?? "(never)");
        report.Field("Created", request.CreatedAt.ToString("u", CultureInfo.InvariantCulture));
    }

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed class Report
    {
        private readonly StringBuilder text = new();

        /// <summary>One line, whatever the file put into it.</summary>
        public void Line(string line)
        {
            foreach (char c in line)
            {
                text.Append(char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? '?' : c);
            }

            text.Append('\n');
        }

        public void Field(string name, string value)
        {
            if (value.Length > 0)
            {
                Line($"  {name}: {value}");
            }
        }

        public void Each<T>(string name, IReadOnlyList<T> items, Func<T, string> describe)
        {
            foreach (T item in items)
            {
                Field(name, describe(item));
            }
        }

        public override string ToString() => text.ToString();
    }
}
