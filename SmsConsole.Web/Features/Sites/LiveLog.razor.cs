using Microsoft.AspNetCore.Components;
using SmsConsole.Engine;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Features.Sites;

/// <summary>Reads on from where it stopped, every three seconds, and keeps the last lines.</summary>
public sealed partial class LiveLog : IAsyncDisposable
{
    private const int KeptLines = 2_000;
    private const long FirstBytes = 32 * 1024;

    /// <summary>Each reading of a site behind SSH is a command over there.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly List<(long Number, string Text)> _lines = [];
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

    [Inject]
    private ISiteCommands Commands { get; set; } = default!;

    [Inject]
    private CurrentActor Actor { get; set; } = default!;

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
        if (RendererInfo.IsInteractive && await ReadAsync(_stop.Token))
        {
            _loop = FollowAsync(_stop.Token);
        }
    }

    /// <summary>By the level of a trace line, <c>time level site text</c>; what a text says of errors is not its level.</summary>
    internal static string? Tone(string line) => line.Split(' ', 3) switch
    {
        [_, "E", _] => "bad",
        [_, "W", _] => "warn",
        _ => null,
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
                goOn = await ReadAsync(cancellationToken);
                StateHasChanged();
            });
            if (!goOn)
            {
                return;
            }
        }
    }

    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (await Actor.GetAsync() is not { } actor)
        {
            _problem = "Your session has ended.";
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
            _lines.Add((_number++, line));
        }

        _lines.RemoveRange(0, Math.Max(0, _lines.Count - KeptLines));
        (_offset, _asOf) = (read.Value.NextOffset, read.Value.AsOf);
        return true;
    }
}
