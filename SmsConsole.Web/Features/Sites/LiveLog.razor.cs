using Microsoft.AspNetCore.Components;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Components.Shared;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Features.Sites;

/// <summary>Reads on from where it stopped, every three seconds, and keeps the last lines.</summary>
public sealed partial class LiveLog : IAsyncDisposable
{
    private const int KeptLines = 2_000;
    private const long FirstBytes = 32 * 1024;

    /// <summary>Each reading of a site behind SSH is a command over there.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly List<Line> _lines = [];
    private CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private long _offset = -FirstBytes;
    private long _number;
    private string? _problem;
    private DateTimeOffset? _asOf;

    [Parameter, EditorRequired]
    public string SiteCode { get; set; } = default!;

    [Parameter, EditorRequired]
    public string Component { get; set; } = default!;

    /// <summary>Lines of a lesser level are left out.</summary>
    [Parameter]
    public Severity AtLeast { get; set; }

    [Inject]
    private ISiteCommands Commands { get; set; } = default!;

    [Inject]
    private CurrentActor Actor { get; set; } = default!;

    [Inject]
    private ILoggerFactory Loggers { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        // Not on the server alone: reading may be a command at the far end of a link, and the page would do it twice.
        // The reader may have left while the first lines came; then the source of this token is gone.
        var token = _stop.Token;
        if (RendererInfo.IsInteractive && await TryReadAsync(token) && !token.IsCancellationRequested)
        {
            _loop = FollowAsync(token);
        }
    }

    private IEnumerable<Line> Shown => _lines.Where(l => l.Level >= AtLeast);

    /// <summary>Of a trace line, <c>time level site text</c>; null where it only goes on with the line before. What a text says of errors is not its level.</summary>
    internal static Severity? LevelOf(string line) => line.Split(' ', 3) switch
    {
        [_, "E", _] => Severity.Error,
        [_, "W", _] => Severity.Warning,
        [_, "I", _] => Severity.Information,
        _ => null,
    };

    private static string? Tone(Severity level) => level switch
    {
        Severity.Information => null,
        Severity.Warning => "warn",
        Severity.Error => "bad",
    };

    private async Task RestartAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        (_stop, _problem, _offset) = (new CancellationTokenSource(), null, -FirstBytes);
        _lines.Clear();
        await OnInitializedAsync();
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var goOn = true;
            await InvokeAsync(async () =>
            {
                goOn = await TryReadAsync(cancellationToken);
                StateHasChanged();
            });
            if (!goOn)
            {
                return;
            }
        }
    }

    private async Task<bool> TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Nobody waits for a follower: what it threw would leave a page that says "live" and stands still.
            Log.CouldNotLoad(Loggers.CreateLogger<LiveLog>(), $"the log of {Component} at {SiteCode}", e);
            _problem = Texts.LogNotRead;
            return false;
        }
    }

    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (await Actor.GetAsync() is not { } actor)
        {
            _problem = Texts.SessionEnded;
            return false;
        }

        var read = await Commands.ReadLogAsync(actor, SiteCode, Component, _offset, cancellationToken);
        if (!read.Succeeded)
        {
            _problem = read.Errors[0].Message;
            return false;
        }

        foreach (var line in read.Value.Lines)
        {
            _lines.Add(new Line(_number++, line, LevelOf(line) ?? (_lines.Count > 0 ? _lines[^1].Level : Severity.Information)));
        }

        _lines.RemoveRange(0, Math.Max(0, _lines.Count - KeptLines));
        (_offset, _asOf) = (read.Value.NextOffset, read.Value.AsOf);
        return true;
    }

    private sealed record Line(long Number, string Text, Severity Level);
}
