using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SmsConsole.Engine;

namespace SmsConsole.Web.Tests.Hosting;

/// <summary>Every endpoint the console has x everyone who may ask. An endpoint that is not listed here fails the test.</summary>
public sealed class AuthorizationMatrixTests
{
    private enum Least
    {
        Anyone,
        Viewer,
        Operator,
        Administrator,
    }

    private static readonly Dictionary<string, Least> Expected = new(StringComparer.Ordinal)
    {
        ["GET /health/live"] = Least.Anyone,
        ["GET /health/ready"] = Least.Anyone,
        ["GET /openapi/{documentName}.json"] = Least.Anyone,
        ["POST /session/sign-in"] = Least.Anyone,
        ["POST /session/set-up"] = Least.Anyone,
        ["POST /session/sign-out"] = Least.Viewer,
        ["POST /api/v1/tokens"] = Least.Anyone,
        ["GET /api/v1/sites/"] = Least.Viewer,
        ["POST /api/v1/sites/"] = Least.Administrator,
        ["POST /api/v1/sites/preflight"] = Least.Operator,
        ["GET /api/v1/sites/{code}"] = Least.Viewer,
        ["GET /api/v1/sites/{code}/history"] = Least.Viewer,
        ["GET /api/v1/sites/{code}/control-files/{kind}"] = Least.Viewer,
        ["GET /api/v1/sites/{code}/addresses"] = Least.Viewer,
        ["POST /api/v1/sites/{code}/retry"] = Least.Operator,
        ["GET /api/v1/sites/{code}/log/{component}"] = Least.Viewer,
        ["GET /api/v1/logs/{code}/{component}"] = Least.Viewer,
        ["POST /api/v1/hosts/scan"] = Least.Operator,
        ["GET /api/v1/jobs/"] = Least.Viewer,
        ["GET /api/v1/jobs/{id}"] = Least.Viewer,
        ["POST /api/v1/jobs/{id}/cancel"] = Least.Operator,
        ["POST /api/v1/jobs/{id}/retry"] = Least.Operator,
        ["PUT /api/v1/jobs/{id}/priority"] = Least.Operator,
        ["GET /api/v1/send-requests"] = Least.Viewer,
        ["GET /api/v1/status-messages"] = Least.Viewer,
        ["GET /api/v1/exports/sites.csv"] = Least.Viewer,
        ["GET /api/v1/exports/jobs.csv"] = Least.Viewer,
        ["GET /api/v1/exports/status-messages.csv"] = Least.Viewer,
        ["GET /api/v1/exports/audit.csv"] = Least.Administrator,
        ["GET /api/v1/users/"] = Least.Administrator,
        ["POST /api/v1/users/"] = Least.Administrator,
        ["PUT /api/v1/users/{name}"] = Least.Administrator,
        ["PUT /api/v1/account/password"] = Least.Viewer,
        ["GET /api/v1/audit"] = Least.Administrator,
        ["GET /hubs/console/negotiate"] = Least.Viewer,
        ["GET /hubs/console"] = Least.Viewer,
        ["GET /_blazor/negotiate"] = Least.Viewer,
        ["GET /_blazor"] = Least.Viewer,
        ["GET /_blazor/disconnect/"] = Least.Viewer,
        ["GET /_blazor/initializers/"] = Least.Viewer,
        ["GET /"] = Least.Viewer,
        ["GET /sites"] = Least.Viewer,
        ["GET /sites/new"] = Least.Administrator,
        ["GET /sites/{Code}"] = Least.Viewer,
        ["GET /jobs"] = Least.Viewer,
        ["GET /jobs/{Id}"] = Least.Viewer,
        ["GET /jobs/send-requests"] = Least.Viewer,
        ["GET /status"] = Least.Viewer,
        ["GET /users"] = Least.Administrator,
        ["GET /audit"] = Least.Administrator,
        ["GET /account"] = Least.Viewer,
        ["GET /denied"] = Least.Viewer,
        ["GET /login"] = Least.Anyone,
        ["GET /setup"] = Least.Anyone,
        ["GET /not-found"] = Least.Anyone,
        ["GET /error"] = Least.Anyone,
    };

    [Fact]
    public async Task EveryEndpoint_ForEveryone_AnswersByRole()
    {
        await using var console = await TestConsole.StartAsync();
        var people = new Dictionary<string, HttpClient>
        {
            ["anonymous"] = await console.ProgramAsync(null),
            ["Viewer"] = await console.ProgramAsync("vera"),
            ["Operator"] = await console.ProgramAsync("olga"),
            ["Administrator"] = await console.ProgramAsync("admin"),
            ["disabled"] = await console.ProgramAsync("dora"),
        };
        await console.Services.GetRequiredService<IUserCommands>().SetDisabledAsync(new Actor("admin", SmsConsole.Data.Queries.Role.Administrator), "dora", true);

        var wrong = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (method, pattern) in Endpoints(console))
        {
            var name = $"{method} {pattern}";
            seen.Add(name);
            if (!Expected.TryGetValue(name, out var least))
            {
                wrong.Add($"{name}: is not in the matrix.");
                continue;
            }

            foreach (var (person, client) in people)
            {
                var may = least == Least.Anyone || (Enum.TryParse<Least>(person, out var role) && role >= least);
                using var request = new HttpRequestMessage(new HttpMethod(method), Address(pattern));
                if (method is "POST" or "PUT")
                {
                    request.Content = pattern.StartsWith("/session", StringComparison.Ordinal) ? new FormUrlEncodedContent([]) : new StringContent("{}", Encoding.UTF8, "application/json");
                }

                using var answer = await client.SendAsync(request);
                var refused = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || (answer.StatusCode == HttpStatusCode.Found && IsRefusal(answer.Headers.Location));
                var isToken = name == "POST /api/v1/tokens"; // It refuses an empty password itself, with 401.
                if (refused == may && !isToken)
                {
                    wrong.Add($"{name} as {person}: {(int)answer.StatusCode} {answer.Headers.Location}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(Expected.Keys.All(seen.Contains), "There is no endpoint " + string.Join(", ", Expected.Keys.Except(seen)));
    }

    private static bool IsRefusal(Uri? location) => location?.ToString() is { } to && (to.Contains("/login?returnUrl", StringComparison.Ordinal) || to.Contains("/denied", StringComparison.Ordinal));

    private static IEnumerable<(string Method, string Pattern)> Endpoints(TestConsole console) =>
        from source in console.Services.GetServices<EndpointDataSource>()
        from endpoint in source.Endpoints.OfType<RouteEndpoint>()
        let pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
        where !IsAsset(endpoint, pattern)
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods.Where(m => m is not ("HEAD" or "OPTIONS")) : ["GET"]
        where !(method == "POST" && IsPage(endpoint))
        group 0 by (method, pattern) into distinct
        select distinct.Key;

    private static bool IsPage(RouteEndpoint endpoint) => endpoint.Metadata.Any(m => m.GetType().Name == "ComponentTypeMetadata");

    private static bool IsAsset(RouteEndpoint endpoint, string pattern) =>
        endpoint.Metadata.Any(m => m.GetType().Name is "StaticAssetDescriptor") || pattern is "/_framework/opaque-redirect" or "/{**path:file}";

    private static string Address(string pattern) =>
        pattern.Replace("{documentName}", "v1", StringComparison.Ordinal).Replace("{kind}", "actual", StringComparison.Ordinal).Replace("{component}", "sender", StringComparison.Ordinal)
            .Replace("{**rest}", "nothing", StringComparison.Ordinal).Replace("{code}", "S01", StringComparison.Ordinal).Replace("{Code}", "S01", StringComparison.Ordinal)
            .Replace("{id}", "P0100001", StringComparison.Ordinal).Replace("{Id}", "P0100001", StringComparison.Ordinal).Replace("{name}", "nobody", StringComparison.Ordinal);
}
