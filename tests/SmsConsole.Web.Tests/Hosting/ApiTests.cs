using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using SmsConsole.TestKit;
using SmsConsole.Web.Api;

namespace SmsConsole.Web.Tests.Hosting;

public sealed class ApiTests
{
    [Fact]
    public async Task Get_Anything_CarriesTheSecurityHeaders()
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync(null);
        foreach (var path in new[] { "/login", "/health/live", "/api/v1/sites", "/nothing" })
        {
            using var answer = await client.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public async Task Create_IncompleteSite_SaysWhatIsMissingPerField()
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("admin");

        using var answer = await client.PostAsJsonAsync("/api/v1/sites", new { code = "S01" });

        var problem = await Problem(answer, HttpStatusCode.BadRequest, "request.incomplete");
        Assert.True(problem.GetProperty("errors").TryGetProperty("installDirectory", out _));
    }

    [Fact]
    public async Task Create_WrongFields_AreProblemsOfTheirFields()
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("admin");

        using var answer = await client.PostAsJsonAsync("/api/v1/sites", new { code = "con", name = "", installDirectory = "relative", address = new { sender = "Lan", transport = "Local" } });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.True(errors.TryGetProperty("code", out _));
        Assert.True(errors.TryGetProperty("installDirectory", out _));
    }

    [Theory]
    [InlineData("{\"code\": ", "request.invalid")]
    [InlineData("{\"address\": {\"transport\": \"Pigeon\"}}", "request.invalid")]
    public async Task Create_UnreadableBody_IsTheCallersMistake(string body, string code)
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("admin");

        using var answer = await client.PostAsync("/api/v1/sites", new StringContent(body, Encoding.UTF8, "application/json"));

        await Problem(answer, HttpStatusCode.BadRequest, code);
    }

    [Theory]
    [InlineData("/api/v1/sites?page=0", "page")]
    [InlineData("/api/v1/sites?pageSize=501", "pageSize")]
    [InlineData("/api/v1/sites?sort=password", "sort")]
    [InlineData("/api/v1/jobs?sort=-nothing", "sort")]
    [InlineData("/api/v1/status-messages?pageSize=0", "pageSize")]
    [InlineData("/api/v1/status-messages?before=0", "before")]
    [InlineData("/api/v1/send-requests?page=-1", "page")]
    [InlineData("/api/v1/exports/sites.csv?sort=password", "sort")]
    [InlineData("/api/v1/exports/jobs.csv?sort=nothing", "sort")]
    public async Task List_WrongParameters_AreNamed(string path, string field)
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("vera");

        using var answer = await client.GetAsync(path);

        Assert.True((await Problem(answer, HttpStatusCode.BadRequest, "request.list")).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Theory]
    [InlineData("/api/v1/sites/S99", HttpStatusCode.NotFound, "site.notFound")]
    [InlineData("/api/v1/jobs/P0199999", HttpStatusCode.NotFound, "job.notFound")]
    [InlineData("/api/v1/nothing", HttpStatusCode.NotFound, "request.notFound")]
    [InlineData("/api/v1/users", HttpStatusCode.Forbidden, "request.forbidden")]
    [InlineData("/api/v1/jobs?page=x", HttpStatusCode.BadRequest, "request.invalid")]
    public async Task Get_Refused_IsAProblemWithACode(string path, HttpStatusCode status, string code)
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("vera");

        using var answer = await client.GetAsync(path);

        await Problem(answer, status, code);
    }

    [Fact]
    public async Task Export_StatusMessages_AreThoseOfTheFilterNewestFirst()
    {
        await using var console = await TestConsole.StartAsync();
        await DatabaseSeed.MessagesAsync(console.Services, 700, 7);
        using var client = await console.ProgramAsync("vera");

        var all = await LinesAsync(client, "/api/v1/exports/status-messages.csv");
        var some = await LinesAsync(client, "/api/v1/exports/status-messages.csv?atLeast=Error");

        Assert.Equal("id,at,siteCode,component,messageId,severity,text", all[0]);
        Assert.Equal(Enumerable.Range(1, 700).Reverse(), all[1..].Select(l => int.Parse(l.Split(',')[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(all.Where(l => l.Contains(",Error,", StringComparison.Ordinal)), some[1..]);
        Assert.NotEmpty(some[1..]);
    }

    [Fact]
    public async Task Export_Audit_IsWhatIsSearchedFor()
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("admin");

        var all = await LinesAsync(client, "/api/v1/exports/audit.csv");
        var some = await LinesAsync(client, "/api/v1/exports/audit.csv?search=vera");

        Assert.Equal("id,at,who,action,target,outcome,before,after", all[0]);
        Assert.Matches("^[0-9]+,[0-9T:Z-]+,admin,user.create,vera,Done,,Viewer$", Assert.Single(some[1..], l => l.Contains("user.create", StringComparison.Ordinal)));
        Assert.True(all.Length > some.Length);
    }

    [Theory]
    [InlineData("/api/v1/exports/status-messages.csv?atLeast=7", "atLeast")]
    [InlineData("/api/v1/sites?status=99", "status")]
    [InlineData("/api/v1/sites?status=1", "status")]
    [InlineData("/api/v1/sites?status=Active,Pending", "status")]
    [InlineData("/api/v1/sites?type=Tertiary", "type")]
    [InlineData("/api/v1/jobs?status=-1", "status")]
    [InlineData("/api/v1/jobs?pageSize=1e3", "pageSize")]
    [InlineData("/api/v1/jobs?page=99999999999", "page")]
    [InlineData("/api/v1/status-messages?atLeast=7", "atLeast")]
    [InlineData("/api/v1/status-messages?before=new", "before")]
    [InlineData("/api/v1/exports/sites.csv?status=99", "status")]
    [InlineData("/api/v1/exports/jobs.csv?status=Nothing", "status")]
    [InlineData("/api/v1/logs/P01/hman?offset=end", "offset")]
    public async Task Get_ParameterThatIsNone_IsNamed(string path, string field)
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("vera");

        using var answer = await client.GetAsync(path);

        Assert.True((await Problem(answer, HttpStatusCode.BadRequest, "request.invalid")).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Theory]
    [InlineData("POST", "/api/v1/sites", "text/plain", HttpStatusCode.UnsupportedMediaType, "request.mediaType")]
    [InlineData("PUT", "/api/v1/users/vera", "application/xml", HttpStatusCode.UnsupportedMediaType, "request.mediaType")]
    [InlineData("POST", "/api/v1/sites", "application/json", HttpStatusCode.BadRequest, "request.bodyMissing")]
    [InlineData("PUT", "/api/v1/account/password", "application/json", HttpStatusCode.BadRequest, "request.bodyMissing")]
    [InlineData("DELETE", "/api/v1/jobs", null, HttpStatusCode.MethodNotAllowed, "request.method")]
    public async Task Send_NotWhatTheAddressTakes_IsAProblemWithACode(string method, string path, string? type, HttpStatusCode status, string code)
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("admin");
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = type is null ? null : new StringContent(type == "application/json" ? "" : "x", Encoding.UTF8, type) };

        using var answer = await client.SendAsync(request);

        var problem = await Problem(answer, status, code);
        Assert.DoesNotContain("Service", problem.TryGetProperty("detail", out var detail) ? detail.GetString()! : "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_WrongContentType_IsSaidWithoutASignIn()
    {
        await using var console = await TestConsole.StartAsync();
        using var stranger = await console.ProgramAsync(null);

        using var form = await stranger.PostAsync("/api/v1/tokens", new FormUrlEncodedContent([new("userName", "admin")]));
        using var unknown = await stranger.GetAsync("/api/v1/nothing");

        await Problem(form, HttpStatusCode.UnsupportedMediaType, "request.mediaType");
        await Problem(unknown, HttpStatusCode.Unauthorized, "request.unauthenticated");
    }

    [Fact]
    public async Task Refused_ByAPolicyOrByACommand_IsAudited()
    {
        await using var console = await TestConsole.StartAsync();
        using var admin = await console.ProgramAsync("admin");
        using var viewer = await console.ProgramAsync("vera");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync("/api/v1/users")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await viewer.PutAsJsonAsync("/api/v1/account/password", new { currentPassword = "wrong", newPassword = "another battery" })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.PutAsJsonAsync("/api/v1/users/dora", new { disabled = true })).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await admin.PutAsJsonAsync("/api/v1/users/admin", new { disabled = true })).StatusCode);

        var audit = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/audit?pageSize=500")).GetProperty("items").EnumerateArray().Where(a => !a.GetProperty("succeeded").GetBoolean())
            .Select(a => $"{a.GetProperty("who").GetString()} {a.GetProperty("action").GetString()} {a.GetProperty("target").GetString()} {a.GetProperty("after").GetString()}").Order(StringComparer.Ordinal);
        Assert.Equal(["admin user.disable admin user.lastAdministrator", "vera request.refused GET /api/v1/users role Viewer", "vera user.changePassword vera user.currentPassword"], audit);
    }

    [Fact]
    public async Task List_Empty_HasItemsTotalAndAsOf()
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("vera");

        var list = await client.GetFromJsonAsync<JsonElement>("/api/v1/jobs");

        Assert.Equal(0, list.GetProperty("items").GetArrayLength());
        Assert.Equal(0, list.GetProperty("total").GetInt64());
        Assert.EndsWith("+00:00", list.GetProperty("asOf").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_CreateChangeAndSignIn_Works()
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("admin");

        using var created = await client.PostAsJsonAsync("/api/v1/users", new { userName = "nina", role = "Operator", password = TestConsole.Password });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using var taken = await client.PostAsJsonAsync("/api/v1/users", new { userName = "Nina", role = "Viewer", password = TestConsole.Password });
        await Problem(taken, HttpStatusCode.Conflict, "user.nameTaken");
        using var nina = await console.ProgramAsync("nina");
        Assert.Equal(HttpStatusCode.NoContent, (await client.PutAsJsonAsync("/api/v1/users/nina", new { disabled = true })).StatusCode);

        await Problem(await nina.GetAsync("/api/v1/sites"), HttpStatusCode.Unauthorized, "request.unauthenticated");
        var audit = await client.GetFromJsonAsync<JsonElement>("/api/v1/audit?search=user.");
        Assert.Contains(audit.GetProperty("items").EnumerateArray(), a => a.GetProperty("action").GetString() == "user.disable" && a.GetProperty("target").GetString() == "nina");
    }

    [Fact]
    public async Task Users_ChangeRefusedInOnePart_ChangesNothing()
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync("admin");
        Assert.Equal(HttpStatusCode.NoContent, (await client.PutAsJsonAsync("/api/v1/users/dora", new { role = "Viewer" })).StatusCode);

        using var refused = await client.PutAsJsonAsync("/api/v1/users/admin", new { password = "another battery", role = "Viewer" });

        await Problem(refused, HttpStatusCode.Conflict, "user.lastAdministrator");
        using var again = await console.ProgramAsync("admin");
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/api/v1/users")).StatusCode);
    }

    [Fact]
    public async Task OpenApi_Document_NamesTheEndpoints()
    {
        await using var console = await TestConsole.StartAsync();
        using var client = await console.ProgramAsync(null);

        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        Assert.True(document.GetProperty("paths").EnumerateObject().Count() > 15);
        Assert.True(document.GetProperty("components").GetProperty("securitySchemes").TryGetProperty("bearer", out _));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"x\"", "\"say \"\"x\"\"\"")]
    [InlineData("=cmd()", "'=cmd()")]
    [InlineData("@x", "'@x")]
    [InlineData(null, "")]
    public void Cell_AnyText_IsQuotedAndNoFormula(string? text, string expected) => Assert.Equal(expected, ExportEndpoints.Cell(text));

    private static async Task<string[]> LinesAsync(HttpClient client, string path) =>
        (await client.GetStringAsync(path)).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    private static async Task<JsonElement> Problem(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem;
    }
}
