using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Api;

/// <summary>The HTTP API: everything the console can do, below /api/v1.</summary>
internal static class SmsApi
{
    public static void MapSmsApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").DisableAntiforgery();
        api.MapTokens();
        var signedIn = api.MapGroup(string.Empty).RequireAuthorization(Policies.Viewer);
        signedIn.MapSites();
        signedIn.MapJobs();
        signedIn.MapStatus();
        signedIn.MapExports();
        signedIn.MapUsers();
    }

    /// <summary>Who asks; the policies of the group have seen to it that there is somebody.</summary>
    public static SmsConsole.Engine.Actor Actor(this HttpContext context) => CurrentActor.Of(context.User) ?? throw new InvalidOperationException("An endpoint without a policy asked for its actor.");
}
