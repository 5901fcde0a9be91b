using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmsConsole.Data;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Features.Security;
using SmsConsole.Web.Hosting;

namespace SmsConsole.Web.Tests.Hosting;

/// <summary>The whole console in process, on a database of its own, without the engine's workers.</summary>
public sealed class TestConsole : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private readonly string _folder;

    private TestConsole(string folder, WebApplication app) => (_folder, App) = (folder, app);

    public WebApplication App { get; }

    public IServiceProvider Services => App.Services;

    public string SetupToken => Services.GetRequiredService<SetupToken>().Value;

    public static async Task<TestConsole> StartAsync(bool withUsers = true, TimeProvider? clock = null, IReadOnlyList<IPNetwork>? proxies = null, string[]? arguments = null)
    {
        var folder = Directory.CreateTempSubdirectory("sms-web-").FullName;
        var options = new SmsConsoleOptions
        {
            DataDirectory = folder,
            Proxies = proxies ?? [],
            Database = new DatabaseSettings(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(folder, "SiteControl.db")}"),
            Engine = new EngineSettings(false),
        };
        var app = ConsoleHost.Create(options, arguments ?? [], builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Services.AddSingleton(clock ?? TimeProvider.System);
            builder.Logging.ClearProviders();
        });
        await FirstStart.PrepareAsync(app, options);
        await app.StartAsync();
        var console = new TestConsole(folder, app);
        if (withUsers)
        {
            var users = app.Services.GetRequiredService<IUserCommands>();
            var admin = new Actor("admin", Role.Administrator);
            Assert.True((await users.CreateFirstAdministratorAsync("admin", Password)).Succeeded);
            foreach (var (name, role) in new[] { ("olga", Role.Operator), ("vera", Role.Viewer), ("dora", Role.Administrator) })
            {
                Assert.True((await users.CreateAsync(admin, new NewUser(name, role, Password))).Succeeded);
            }
        }

        return console;
    }

    /// <summary>Until it is disposed of, nothing can be read from the database or written to it.</summary>
    public IDisposable TakeDatabaseAway() => new Away(Path.Combine(_folder, "SiteControl.db"));

    /// <summary>A browser: keeps cookies, does not follow redirects.</summary>
    public HttpClient Browser() => new(new CookieKeeper(App.GetTestServer().CreateHandler())) { BaseAddress = new Uri("http://localhost/") };

    public async Task<HttpClient> ProgramAsync(string? userName)
    {
        var client = new HttpClient(App.GetTestServer().CreateHandler()) { BaseAddress = new Uri("http://localhost/") };
        if (userName is not null)
        {
            var answer = await client.PostAsJsonAsync("/api/v1/tokens", new { userName, password = Password });
            answer.EnsureSuccessStatusCode();
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString());
        }

        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Away : IDisposable
    {
        private readonly string _file;

        public Away(string file)
        {
            _file = file;
            File.Move(file, file + ".away");
            SqliteConnection.ClearAllPools(); // an open file is read on under any name
        }

        public void Dispose() => File.Move(_file + ".away", _file);
    }

    private sealed class CookieKeeper(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private readonly CookieContainer _cookies = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (_cookies.GetCookieHeader(request.RequestUri!) is { Length: > 0 } header)
            {
                request.Headers.Add("Cookie", header);
            }

            var answer = await base.SendAsync(request, cancellationToken);
            foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            {
                _cookies.SetCookies(request.RequestUri!, cookie);
            }

            return answer;
        }
    }
}

internal static partial class Forms
{
    /// <summary>Opens a page and posts its form with the antiforgery token it holds.</summary>
    public static async Task<HttpResponseMessage> SubmitAsync(this HttpClient browser, string page, string action, params (string Name, string Value)[] fields)
    {
        var html = await browser.GetStringAsync(page);
        var token = Token().Match(html).Groups[1].Value;
        return await browser.PostAsync(action, new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", WebUtility.HtmlDecode(token))).Select(f => KeyValuePair.Create(f.Item1, f.Item2))));
    }

    public static Task<HttpResponseMessage> SignInAsync(this HttpClient browser, string userName, string password, string returnUrl = "/") =>
        browser.SubmitAsync("/login", "/session/sign-in", ("userName", userName), ("password", password), ("returnUrl", returnUrl));

    [System.Text.RegularExpressions.GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial System.Text.RegularExpressions.Regex Token();
}
