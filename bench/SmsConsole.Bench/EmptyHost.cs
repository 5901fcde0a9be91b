using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SmsConsole.Bench;

/// <summary>The anchor: an empty ASP.NET Core host with what a Blazor Server application cannot do without, and one page that says nothing.</summary>
internal static class EmptyHost
{
    public static async Task<int> RunAsync(string url)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddSignalR();
        await using var app = builder.Build();
        app.Urls.Add(url);
        app.MapGet("/", () => Results.Text("ok"));
        await app.RunAsync();
        return 0;
    }
}
