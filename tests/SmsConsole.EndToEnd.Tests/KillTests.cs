using SmsConsole.TestKit;

namespace SmsConsole.EndToEnd.Tests;

/// <summary>kill -9 at random moments: the installation goes on to Active by itself.</summary>
public class KillTests(ITestOutputHelper output)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Install_ConsoleKilledAtRandomMoments_BecomesActive()
    {
        const int Kills = 12;
        var (random, seed) = NewRandom();
        await using var console = await ConsoleProcess.StartAsync();
        await console.SignInAsync();
        string[] codes = ["K01", "K02", "K03", "K04"];
        foreach (var code in codes)
        {
            using var answer = await console.CreateLocalSiteAsync(code);
            answer.EnsureSuccessStatusCode();
            for (var kill = 0; kill < Kills / codes.Length; kill++)
            {
                await Task.Delay(random.Next(0, 1200), TestContext.Current.CancellationToken);
                console.Kill();
                await console.StartAgainAsync();
            }
        }

        foreach (var code in codes)
        {
            await console.UntilStatusAsync(code, "Active", _patience);
            await AssertOneEffectAsync(console, code, seed);
        }
    }

    [Fact]
    public async Task Install_SiteKilledAtRandomMoments_BecomesActive()
    {
        const int Kills = 30;
        var (random, seed) = NewRandom();
        await using var console = await ConsoleProcess.StartAsync();
        await console.SignInAsync();
        string[] codes = ["K01", "K02", "K03"];
        foreach (var code in codes)
        {
            using var answer = await console.CreateLocalSiteAsync(code);
            answer.EnsureSuccessStatusCode();
            var killed = 0;
            for (var attempt = 0; attempt < 200 && killed < Kills / codes.Length; attempt++)
            {
                await Task.Delay(random.Next(20, 700), TestContext.Current.CancellationToken);
                var alive = SiteKill.Find(console.SiteRoot(code));
                if (alive.Count > 0)
                {
                    killed += SiteKill.Verb(console.SiteRoot(code), alive[random.Next(alive.Count)].Verb);
                }
            }

            output.WriteLine($"{code}: {killed} processes killed.");
            Assert.True(killed >= Kills / codes.Length, $"Only {killed} processes of {code} could be killed.");
        }

        foreach (var code in codes)
        {
            await console.UntilStatusAsync(code, "Active", _patience);
            await AssertOneEffectAsync(console, code, seed);
            await ConsoleProcess.UntilAsync(() => Task.FromResult(SiteKill.Find(console.SiteRoot(code)).Any(p => p.Verb == "run")), TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>Each state was reached once, whatever was repeated.</summary>
    private static async Task AssertOneEffectAsync(ConsoleProcess console, string code, int seed)
    {
        var reached = (await console.GetAsync($"api/v1/sites/{code}/history")).GetProperty("items").EnumerateArray()
            .Select(h => h.GetProperty("toDetailed").GetString() + "/" + h.GetProperty("toStatus").GetString())
            .GroupBy(s => s)
            .Where(g => g.Count() > 1)
            .Select(g => g.Key);
        Assert.True(!reached.Any(), $"{code} (seed {seed}) reached more than once: {string.Join(", ", reached)}");
    }

    private (Random Random, int Seed) NewRandom()
    {
        var seed = Environment.GetEnvironmentVariable("SMSCONSOLE_SEED") is { } text ? int.Parse(text) : Random.Shared.Next();
        output.WriteLine($"SMSCONSOLE_SEED={seed}");
        return (new Random(seed), seed);
    }
}
