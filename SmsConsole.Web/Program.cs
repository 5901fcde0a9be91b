using SmsConsole.Engine;
using SmsConsole.Web.Hosting;

if (args is ["--help"] or ["-h"] or ["-?"])
{
    Console.WriteLine(Usage.Text);
    return 0;
}

var settings = SmsConsoleSettings.Load(AppContext.BaseDirectory, args);
if (settings.Options is not { } options)
{
    return SmsConsoleSettings.Report(settings.Errors, Console.Error);
}

try
{
    await using var app = ConsoleHost.Create(options, args);
    var endpoints = ConsoleHost.BuildEndpointsAsync(app);
    await FirstStart.PrepareAsync(app, options);
    await endpoints;
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or System.Data.Common.DbException)
{
    await Console.Error.WriteLineAsync($"The console cannot run: {e.Message}");
    return 1;
}
