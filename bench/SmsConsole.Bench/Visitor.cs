using System.Text.RegularExpressions;
using SmsConsole.TestKit;

namespace SmsConsole.Bench;

/// <summary>A browser without a screen: signs in as a person does and keeps the cookie.</summary>
internal static partial class Visitor
{
    public static async Task<HttpClient> SignInAsync(string url)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = true }) { BaseAddress = new Uri(url) };
        var form = await client.GetStringAsync("login");
        using var answer = await client.PostAsync("session/sign-in", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(form).Groups[1].Value,
            ["userName"] = ConsoleProcess.Administrator,
            ["password"] = ConsoleProcess.Password,
        }));
        answer.EnsureSuccessStatusCode();
        return answer.RequestMessage!.RequestUri!.AbsolutePath == "/"
            ? client
            : throw new InvalidOperationException($"Signing in led to {answer.RequestMessage.RequestUri}.");
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
