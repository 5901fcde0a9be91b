using System.Net;
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Radzen;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Api;
using SmsConsole.Web.Components;
using SmsConsole.Web.Features.Security;
using SmsConsole.Web.Hubs;

namespace SmsConsole.Web.Hosting;

/// <summary>The console's composition: what is registered, and in which order a request passes.</summary>
internal static class ConsoleHost
{
    /// <summary>Attempts to sign in, to get a token or to set up, per address and minute.</summary>
    public const int SignInsPerMinute = 60;

    public const string SignInLimit = "sign-in";

    /// <summary>Largest request body: a site with its private key is a few kilobytes.</summary>
    public const long LargestBody = 256 * 1024;

    /// <param name="adjust">For tests: replaces parts after everything is registered.</param>
    public static WebApplication Create(SmsConsoleOptions options, string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = typeof(ConsoleHost).Assembly.GetName().Name });
        builder.Configuration.Sources.Clear();
        SmsConsoleSettings.AddSources(builder.Configuration, SmsConsoleSettings.FindRoot(AppContext.BaseDirectory), args);
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        // It warns of unencrypted keys on every first start; what protects them is that only this account may read their folder.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, "SmsConsole.Web.staticwebassets.runtime.json")))
        {
            // A run from the sources: assets lie where they were built from.
            builder.WebHost.UseStaticWebAssets();
        }

        AddServices(builder.Services, options);
        adjust?.Invoke(builder);
        var app = builder.Build();
        UsePipeline(app);
        return app;
    }

    /// <summary>Works out what the first request would wait for, the JSON of the whole API among it: a second core does it while the database is prepared.</summary>
    public static Task BuildEndpointsAsync(WebApplication app) => Task.Run(() =>
    {
        foreach (var source in ((IEndpointRouteBuilder)app).DataSources)
        {
            _ = source.Endpoints;
        }
    });

    private static void AddServices(IServiceCollection services, SmsConsoleOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSmsKeyRing(options);
        services.AddSmsEngine(options);
        services.AddSmsIdentity();

        services.AddRazorComponents().AddInteractiveServerComponents(circuit => circuit.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1));
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, SessionAuthenticationStateProvider>();
        services.AddScoped<CurrentActor>();
        services.AddRadzenComponents();
        services.AddScoped<Components.Shared.Acts>();
        services.AddSingleton<Live.LiveQuestions>();
        services.AddHttpContextAccessor();
        services.AddSingleton<SetupToken>();

        services.AddAuthentication(Schemes.Either)
            .AddPolicyScheme(Schemes.Either, null, either => either.ForwardDefaultSelector = context =>
                context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? Schemes.Bearer : Schemes.Cookie)
            .AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, BearerHandler>(Schemes.Bearer, null)
            .AddCookie(Schemes.Cookie, ConfigureCookie);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Policies.Viewer, p => p.RequireRole(nameof(Role.Viewer), nameof(Role.Operator), nameof(Role.Administrator)))
            .AddPolicy(Policies.Operator, p => p.RequireRole(nameof(Role.Operator), nameof(Role.Administrator)))
            .AddPolicy(Policies.Administrator, p => p.RequireRole(nameof(Role.Administrator)));
        services.AddSingleton<Microsoft.AspNetCore.Authorization.IAuthorizationMiddlewareResultHandler, RefusalHandler>();
        // After all others: ASP.NET's own switch for it (ForwardedHeaders_Enabled) would believe everybody.
        services.PostConfigure<ForwardedHeadersOptions>(forwarded =>
        {
            // The host's name is the proxy's to pass on as it came: a name that a header could put in its place would also be the origin that is trusted.
            forwarded.ForwardedHeaders = options.Proxies.Count > 0 ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto : ForwardedHeaders.None;
            forwarded.ForwardLimit = null;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var proxy in options.Proxies)
            {
                forwarded.KnownIPNetworks.Add(proxy);
            }
        });
        services.AddAntiforgery(antiforgery => (antiforgery.Cookie.Name, antiforgery.Cookie.SecurePolicy) = ("sms.form", CookieSecurePolicy.SameAsRequest));
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.AddPolicy(SignInLimit, context => HttpMethods.IsPost(context.Request.Method)
                ? RateLimitPartition.GetFixedWindowLimiter(context.Connection.RemoteIpAddress ?? IPAddress.None, _ => new FixedWindowRateLimiterOptions { PermitLimit = SignInsPerMinute, Window = TimeSpan.FromMinutes(1) })
                : RateLimitPartition.GetNoLimiter(IPAddress.None));
        });

        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(allowIntegerValues: false));
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        });
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = Problems.Complete);
        services.AddExceptionHandler<BadRequestHandler>();
        services.AddOpenApi("v1", OpenApiDocumentation.Configure);
        services.AddHealthChecks().AddCheck<ReadyCheck>("ready");

        services.AddSignalR(hub => hub.MaximumReceiveMessageSize = 32 * 1024)
            .AddJsonProtocol(json => json.PayloadSerializerOptions.Converters.Add(new JsonStringEnumConverter()));
        services.AddSingleton<HubChanges>();
        services.AddSingleton<HubConnections>();
        services.AddHostedService(provider => provider.GetRequiredService<HubConnections>());
    }

    private static void ConfigureCookie(CookieAuthenticationOptions cookie)
    {
        cookie.Cookie.Name = "sms.session";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = SessionLife.Longest;
        cookie.SlidingExpiration = true;
        cookie.LoginPath = "/login";
        cookie.AccessDeniedPath = "/denied";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.Events.OnValidatePrincipal = async context =>
        {
            var services = context.HttpContext.RequestServices;
            try
            {
                if (context.Principal is null || !await services.GetRequiredService<ISessions>().IsCurrentAsync(context.Principal, context.HttpContext.RequestAborted))
                {
                    context.RejectPrincipal();
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // This request is nobody's, so that at least styles and the page that says what is wrong are served; the cookie stays good.
                SessionLog.NotAsked(services.GetRequiredService<ILogger<SessionAuthenticationStateProvider>>(), e);
                context.RejectPrincipal();
            }
        };
        cookie.Events.OnRedirectToLogin = context => RedirectPagesOnly(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context => RedirectPagesOnly(context, StatusCodes.Status403Forbidden);
    }

    /// <summary>A program gets a status; a person gets a page.</summary>
    private static Task RedirectPagesOnly(Microsoft.AspNetCore.Authentication.RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (IsForPrograms(context.Request.Path))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }

    private static bool IsForPrograms(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/hubs") || path.StartsWithSegments("/_blazor") || path.StartsWithSegments("/openapi");

    private static void UsePipeline(WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseMiddleware<SecurityHeaders>();
        app.UseWhen(context => IsForPrograms(context.Request.Path), branch =>
        {
            branch.UseExceptionHandler();
            branch.UseStatusCodePages();
        });
        app.UseWhen(context => !IsForPrograms(context.Request.Path), branch =>
        {
            branch.UseExceptionHandler("/error", createScopeForErrors: true);
        });
        // Only what a person opens: a refused form must not run into a page as a form.
        app.UseWhen(context => !IsForPrograms(context.Request.Path) && HttpMethods.IsGet(context.Request.Method), branch =>
            branch.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseRouting();
        app.UseMiddleware<OriginCheck>();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<ParameterCheck>();
        app.UseAntiforgery();
        app.UseMiddleware<ForgedForms>();

        app.MapStaticAssets().AllowAnonymous();
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        // What the API can do is no secret; what it holds is.
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapSmsApi();
        app.MapSessionEndpoints();
        app.MapHub<ConsoleHub>("/hubs/console").RequireAuthorization(Policies.Viewer);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = null);
    }
}
