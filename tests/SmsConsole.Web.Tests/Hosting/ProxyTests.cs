using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using SmsConsole.Web.Hosting;

namespace SmsConsole.Web.Tests.Hosting;

/// <summary>Who asks, behind a proxy: its word counts when it was named, and nobody else's.</summary>
public class ProxyTests
{
    /// <summary>A form without its token: counted like any other, and no password is looked at.</summary>
    private const int Refused = StatusCodes.Status400BadRequest;

    private static readonly IPAddress _proxy = IPAddress.Parse("10.0.0.5");

    [Fact]
    public async Task Throttle_BehindANamedProxy_CountsEachCallerByItself()
    {
        await using var console = await TestConsole.StartAsync(proxies: [new IPNetwork(_proxy, 32)]);

        await ExhaustAsync(console, _proxy, _ => "203.0.113.7");

        Assert.Equal(StatusCodes.Status429TooManyRequests, await TryAsync(console, _proxy, "203.0.113.7"));
        Assert.Equal(Refused, await TryAsync(console, _proxy, "203.0.113.8"));
    }

    [Fact]
    public async Task Throttle_WhatACallerPutsBeforeTheProxysWord_IsNotBelieved()
    {
        await using var console = await TestConsole.StartAsync(proxies: [new IPNetwork(_proxy, 32)]);
        var asIPv6 = _proxy.MapToIPv6();

        await ExhaustAsync(console, asIPv6, n => $"198.51.100.{n}, 203.0.113.7");

        Assert.Equal(StatusCodes.Status429TooManyRequests, await TryAsync(console, asIPv6, "198.51.100.200, 203.0.113.7"));
        Assert.Equal(Refused, await TryAsync(console, asIPv6, "203.0.113.7, 203.0.113.8"));
    }

    [Fact]
    public async Task Throttle_HeaderOfSomebodyElse_IsNotBelieved()
    {
        var caller = IPAddress.Parse("203.0.113.7");
        await using var console = await TestConsole.StartAsync(proxies: [new IPNetwork(_proxy, 32)]);

        await ExhaustAsync(console, caller, n => $"198.51.100.{n}");

        Assert.Equal(StatusCodes.Status429TooManyRequests, await TryAsync(console, caller, "198.51.100.200"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Throttle_WithoutProxies_BelievesNoHeader(bool switchOfAspNet)
    {
        await using var console = await TestConsole.StartAsync(arguments: switchOfAspNet ? ["--ForwardedHeaders_Enabled=true"] : []);

        await ExhaustAsync(console, _proxy, n => $"198.51.100.{n}");

        Assert.Equal(StatusCodes.Status429TooManyRequests, await TryAsync(console, _proxy, "198.51.100.200"));
    }

    [Theory]
    [InlineData("https", true)]
    [InlineData("http", false)]
    public async Task SessionCookie_OfACallerOverTls_IsSentOverTlsOnly(string scheme, bool secure)
    {
        await using var console = await TestConsole.StartAsync(proxies: [new IPNetwork(_proxy, 32)]);

        var answer = await console.App.GetTestServer().SendAsync(context =>
        {
            context.Connection.RemoteIpAddress = _proxy;
            context.Request.Method = HttpMethods.Get;
            context.Request.Path = "/login";
            context.Request.Host = new HostString("console.example");
            context.Request.Headers["X-Forwarded-For"] = "203.0.113.7";
            context.Request.Headers["X-Forwarded-Proto"] = scheme;
        }, TestContext.Current.CancellationToken);

        Assert.Equal(scheme, answer.Request.Scheme);
        Assert.Equal(secure, answer.Response.Headers.SetCookie.Single(c => c!.StartsWith("sms.form=", StringComparison.Ordinal))!.Contains("; secure", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task ExhaustAsync(TestConsole console, IPAddress from, Func<int, string> forwardedFor)
    {
        for (var n = 0; n < ConsoleHost.SignInsPerMinute; n++)
        {
            Assert.Equal(Refused, await TryAsync(console, from, forwardedFor(n)));
        }
    }

    private static async Task<int> TryAsync(TestConsole console, IPAddress from, string forwardedFor)
    {
        using var client = new HttpClient(console.App.GetTestServer().CreateHandler(context => context.Connection.RemoteIpAddress = from)) { BaseAddress = new Uri("http://localhost/") };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
        using var answer = await client.PostAsync("/session/sign-in", null, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
