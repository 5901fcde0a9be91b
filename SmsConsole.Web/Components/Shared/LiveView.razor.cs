using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using SmsConsole.Engine;
using SmsConsole.Web.Live;

namespace SmsConsole.Web.Components.Shared;

/// <summary>Loads a value, keeps it current and shows one of four states.</summary>
public sealed partial class LiveView<TValue> : IAsyncDisposable
{
    private LiveState<TValue> _state = new(default, false, null);
    private LiveQuery<TValue>? _query;
    private object? _shownFor;
    private PersistingComponentStateSubscription? _handingOver;
    private long _askedAt;

    [Inject]
    private IChangeFeed Feed { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    [Inject]
    private PersistentComponentState Page { get; set; } = default!;

    [Inject]
    private ILoggerFactory Loggers { get; set; } = default!;

    /// <summary>What is loaded, as in "Loading sites".</summary>
    [Parameter, EditorRequired]
    public string What { get; set; } = default!;

    [Parameter, EditorRequired]
    public Func<CancellationToken, Task<TValue>> Load { get; set; } = default!;

    /// <summary>Which changes make the value out of date.</summary>
    [Parameter, EditorRequired]
    public Func<ChangeEvent, bool> Concerns { get; set; } = default!;

    /// <summary>What is asked for, compared by value: another one loads anew.</summary>
    [Parameter]
    public object? For { get; set; }

    [Parameter]
    public Func<TValue, bool>? IsEmpty { get; set; }

    [Parameter]
    public RenderFragment? Loading { get; set; }

    [Parameter]
    public RenderFragment? Empty { get; set; }

    [Parameter, EditorRequired]
    public RenderFragment<TValue> ChildContent { get; set; } = default!;

    /// <summary>What is shown; the default before there is anything.</summary>
    internal TValue? Value => _state.Value;

    private string Key => $"{What} {For}";

    public async ValueTask DisposeAsync()
    {
        _handingOver?.Dispose();
        if (_query is not null)
        {
            await _query.DisposeAsync();
        }
    }

    /// <summary>Asks again now, after a command of the page's own.</summary>
    public void Refresh() => _query?.Reload();

    protected override async Task OnInitializedAsync()
    {
        _shownFor = For;
        _query = new LiveQuery<TValue>(Feed, Time, LoadForAsync, c => Concerns(c), ShowAsync);
        if (!RendererInfo.IsInteractive)
        {
            _askedAt = Feed.Sequence;
            _handingOver = Page.RegisterOnPersisting(HandOver, RenderMode.InteractiveServer);
            await _query.LoadOnceAsync();
        }
        else if (Page.TryTakeFromJson<byte[]>(Key, out var packed) && packed is not null && Handover.Unpack<TValue>(packed) is { } taken)
        {
            await _query.StartFromAsync(taken.Value, taken.Sequence);
        }
        else
        {
            await _query.StartAsync();
        }
    }

    protected override void OnParametersSet()
    {
        if (!Equals(_shownFor, For))
        {
            _shownFor = For;
            _query?.Reload();
        }
    }

    private Task HandOver()
    {
        if (_state is { HasValue: true, Error: null } && Handover.Pack(_askedAt, _state.Value) is { } packed)
        {
            Page.PersistAsJson(Key, packed);
        }

        return Task.CompletedTask;
    }

    private void Retry() => _query?.Reload();

    private Task<TValue> LoadForAsync(CancellationToken cancellationToken) => Load(cancellationToken);

    private Task ShowAsync(LiveState<TValue> state) => InvokeAsync(() =>
    {
        if (state.Error is not null && !ReferenceEquals(state.Error, _state.Error))
        {
            Log.CouldNotLoad(Loggers.CreateLogger<LiveView<TValue>>(), What, state.Error);
        }

        _state = state;
        StateHasChanged();
    });
}

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Error, "A page could not load {What}")]
    public static partial void CouldNotLoad(ILogger logger, string what, Exception exception);
}
