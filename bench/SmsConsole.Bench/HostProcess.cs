using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SmsConsole.Bench;

/// <summary>A web program of its own process, timed from its start to its first good answer.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _process;

    private HostProcess(Process process, string url, double seconds) => (_process, Url, Seconds) = (process, url, seconds);

    public string Url { get; }

    /// <summary>From the start of the process to the first answer 200.</summary>
    public double Seconds { get; }

    public int Id => _process.Id;

    /// <summary>The empty host of this program.</summary>
    public static Task<HostProcess> StartEmptyAsync()
    {
        var url = FreeUrl();
        return StartAsync(url, "", [Path.Combine(AppContext.BaseDirectory, "SmsConsole.Bench.dll"), "empty-host", url], []);
    }

    public static async Task<HostProcess> StartAsync(string url, string path, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var client = new HttpClient();
        var clock = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, e) => Complain(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(url + path));
                if (answer.IsSuccessStatusCode)
                {
                    return new HostProcess(process, url, clock.Elapsed.TotalSeconds);
                }
            }
            catch (HttpRequestException) when (!process.HasExited && clock.Elapsed < TimeSpan.FromSeconds(60))
            {
                // Not up yet.
            }

            await Task.Delay(2);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public static string FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/";
    }

    private static void Complain(string? line)
    {
        if (line is not null)
        {
            Console.Error.WriteLine(line);
        }
    }
}
