using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using SmsConsole.Data;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Hosting;

/// <summary>What happens once before the console listens, and the one line that tells how to get in.</summary>
internal static class FirstStart
{
    public static async Task PrepareAsync(WebApplication app, SmsConsoleOptions options)
    {
        await app.Services.GetRequiredService<ISmsDatabase>().MigrateAsync();
        if (!await app.Services.GetRequiredService<IStatusQueries>().NeedsFirstAdministratorAsync())
        {
            return;
        }

        if (options.Setup is { Administrator: { } name, Password: { } password })
        {
            var created = await app.Services.GetRequiredService<IUserCommands>().CreateFirstAdministratorAsync(name, password);
            if (created.Succeeded)
            {
                return;
            }

            await Console.Error.WriteLineAsync($"The first administrator of the settings could not be created: {string.Join(" ", created.Errors.Select(e => e.Message))}");
        }

        var token = app.Services.GetRequiredService<SetupToken>();
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? SmsConsoleOptions.DefaultUrls;
            // To the console's own output, never to a log that is kept: whoever has it becomes administrator.
            Console.WriteLine($"\nNobody can sign in yet. Create the first administrator at:\n\n  {address.TrimEnd('/')}/setup?token={token.Value}\n");
        });
    }
}
