using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SmsConsole.TestKit;

/// <summary>A real console as a process of its own, with its own data directory and port, that can be killed and started again.</summary>
public sealed class ConsoleProcess : IAsyncDisposable
{
    public const string Administrator = "admin";
    public const string Password = "Correct-horse-7-battery";
    private readonly StringBuilder _output = new();
    private readonly Dictionary<string, string> _settings;
    private readonly bool _unattended;
    private Process? _process;

    private ConsoleProcess(string folder, bool unattended, Dictionary<string, string> settings)
    {
        Folder = folder;
        _unattended = unattended;
        _settings = settings;
        Port = FreePort();
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Holds the data directory and the roots of local sites.</summary>
    public string Folder { get; }

    public int Port { get; }

    public string Url => $"http://localhost:{Port}/";

    public HttpClient Client { get; }

    public string DataDirectory => Path.Combine(Folder, "data");

    /// <summary>Another build of the console (a published one) for the next start; null starts <see cref="Program"/>.</summary>
    public string? ProgramOverride { get; set; }

    /// <summary>Everything the console has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public int ProcessId => _process?.Id ?? 0;

    /// <summary>The built console, of the same configuration as this assembly.</summary>
    public static string Program
    {
        get
        {
            var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
            return Path.Combine(SourceTree.Root, "SmsConsole.Web", "bin", configuration, "net10.0", "SmsConsole.Web.dll");
        }
    }

    /// <param name="unattended">With an administrator from the settings; else the first start prints the one-time token.</param>
    public static async Task<ConsoleProcess> StartAsync(bool unattended = true, Dictionary<string, string>? settings = null)
    {
        var console = new ConsoleProcess(Directory.CreateTempSubdirectory("console-").FullName, unattended, settings ?? []);
        await console.StartAgainAsync();
        return console;
    }

    /// <summary>Starts it, or starts it again after <see cref="Kill"/>, and waits until it is ready.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        start.ArgumentList.Add(ProgramOverride ?? Program);
        start.Environment["Urls"] = Url.TrimEnd('/');
        start.Environment["DataDirectory"] = DataDirectory;
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        if (_unattended)
        {
            start.Environment["Setup__Administrator"] = Administrator;
            start.Environment["Setup__Password"] = Password;
        }

        foreach (var (key, value) in _settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await UntilAsync(async () => !_process.HasExited ? (await Client.GetAsync("health/ready")).IsSuccessStatusCode : throw new InvalidOperationException("The console ended: " + Output), TimeSpan.FromSeconds(60), pause: 5);
    }

    /// <summary>kill -9 of the console alone; its sites live on.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Signs the client in as the administrator of the settings.</summary>
    public async Task SignInAsync(string user = Administrator, string password = Password)
    {
        using var answer = await Client.PostAsJsonAsync("api/v1/tokens", new { userName = user, password });
        answer.EnsureSuccessStatusCode();
        var token = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("token").GetString());
    }

    public string SiteRoot(string code) => Path.Combine(Folder, "sites", code, "SMS");

    /// <summary>Creates a secondary site on this machine through the API.</summary>
    public async Task<HttpResponseMessage> CreateLocalSiteAsync(string code)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SiteRoot(code))!);
        return await Client.PostAsJsonAsync("api/v1/sites", new
        {
            code,
            name = "Branch " + code,
            installDirectory = SiteRoot(code),
            address = new { sender = "Lan", transport = "Local" },
        });
    }

    /// <summary>Creates a secondary site through the API, on a host of the given sshd whose key is pinned.</summary>
    public Task<HttpResponseMessage> CreateSshSiteAsync(string code, TestSshd sshd) => Client.PostAsJsonAsync("api/v1/sites", new
    {
        code,
        name = "Branch " + code,
        installDirectory = SiteRoot(code),
        address = new { sender = "Lan", transport = "Ssh", host = "127.0.0.1", port = sshd.Port, user = TestSshd.User, privateKey = sshd.PrivateKey, hostKey = sshd.HostKey },
    });

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<string> StatusAsync(string code) => (await GetAsync("api/v1/sites/" + code)).GetProperty("status").GetString()!;

    /// <summary>Waits for a site's status.</summary>
    public Task UntilStatusAsync(string code, string status, TimeSpan atMost) =>
        UntilAsync(async () => await StatusAsync(code) == status, atMost, async () => (await GetAsync("api/v1/sites/" + code)).ToString());

    /// <summary>Asks again until it is true; what is thrown by an answer that did not come counts as not yet.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan atMost, Func<Task<string>>? describe = null, int pause = 50)
    {
        var until = Environment.TickCount64 + (long)atMost.TotalMilliseconds;
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not up yet, or killed.
            }

            if (Environment.TickCount64 > until)
            {
                throw new TimeoutException("It did not come to pass in time. " + (describe is null ? string.Empty : await describe()));
            }

            await Task.Delay(pause);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is not null)
        {
            Kill();
        }

        var sites = Path.Combine(Folder, "sites");
        if (Directory.Exists(sites))
        {
            foreach (var site in Directory.GetDirectories(sites))
            {
                SiteKill.All(Path.Combine(site, "SMS"));
            }
        }

        for (var attempt = 0; Directory.Exists(Folder); attempt++)
        {
            try
            {
                Directory.Delete(Folder, recursive: true);
            }
            catch (IOException) when (attempt < 50)
            {
                await Task.Delay(20); // a killed process may still have been writing
            }
        }
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        lock (_output)
        {
            _output.AppendLine(e.Data);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
