using SmsConsole.Bench;

const string Help = """
    SmsConsole.Bench - the figures the console promises (bench/README.md)

    usage: SmsConsole.Bench <command> [options]

      first-site    [--runs 7]                        one local site, confirm -> Active, with a warm console
      many-sites    [--sites 50]                      local sites created at once, until all are Active
      sites-list    [--sites 5000] [--messages 1000000]  list queries, pages and cold start on a full database
      live          [--browsers 20] [--events 1000] [--seconds 20] [--sites 5000] [--equal]  commit -> DOM in Chromium
      site-memory   [--runs 3]                        memory of a site server beside an empty web host

    Every command starts what it needs, measures, prints a table with the machine's load, and removes what it made.
    Build with -c Release. Exit codes: 0 measured (met or not), 1 something that must hold did not, 2 wrong usage.
    """;

if (args is [] or ["--help" or "-h" or "help", ..])
{
    Console.WriteLine(Help);
    return args.Length == 0 ? 2 : 0;
}

if (args is ["empty-host", var url])
{
    return await EmptyHost.RunAsync(url);
}

if (Options.TryRead(args[1..], ["equal"], out var options) is { } problem)
{
    return Wrong(problem);
}

switch (args[0])
{
    case "first-site":
        return await FirstSite.RunAsync(options.Take("runs", 7));
    case "many-sites":
        return await ManySites.RunAsync(options.Take("sites", 50));
    case "sites-list":
        return await SitesList.RunAsync(options.Take("sites", 5000), options.Take("messages", 1_000_000));
    case "live":
        return await LiveViews.RunAsync(options.Take("browsers", 20), options.Take("events", 1000), options.Take("seconds", 20), options.Take("sites", 5000), options.Has("equal"));
    case "site-memory":
        return await SiteMemory.RunAsync(options.Take("runs", 3));
    default:
        return Wrong($"There is no command {args[0]}.");
}

static int Wrong(string problem)
{
    Console.Error.WriteLine($"{problem}\n\n{Help}");
    return 2;
}
