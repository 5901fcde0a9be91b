using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using SmsConsole.Web.Live;

namespace SmsConsole.Web.Components.Shared;

/// <summary>Shows the answer to a question, kept current, in one of four states.</summary>
public sealed partial class LiveView<TValue> : IAsyncDisposable
{
    private LiveState<TValue> _state = LiveState<TValue>.Nothing;
    private LiveQuestion<TValue>? _asked;
    private LiveViewer<TValue>? _viewer;
    private PersistingComponentStateSubscription? _handingOver;
    private bool _isLive;
    private TaskCompletionSource _drawn = new();

    [Inject]
    private LiveQuestions Questions { get; set; } = default!;

    [Inject]
    private PersistentComponentState Page { get; set; } = default!;

    [Inject]
    private ILoggerFactory Loggers { get; set; } = default!;

    /// <summary>What is loaded, as in "Loading sites".</summary>
    [Parameter, EditorRequired]
    public string What { get; set; } = default!;

    /// <summary>What is asked; another one is asked anew, and what is shown stays until it is answered.</summary>
    [Parameter, EditorRequired]
    public LiveQuestion<TValue> Question { get; set; } = default!;

    [Parameter]
    public Func<TValue, bool>? IsEmpty { get; set; }

    [Parameter]
    public RenderFragment? Loading { get; set; }

    [Parameter]
    public RenderFragment? Empty { get; set; }

    [Parameter, EditorRequired]
    public RenderFragment<TValue> ChildContent { get; set; } = default!;

    private string Key => $"{What} {Question}";

    public async ValueTask DisposeAsync()
    {
        _handingOver?.Dispose();
        var viewer = _viewer;
        _viewer = null;
        _drawn.TrySetResult();
        if (viewer is not null)
        {
            await viewer.DisposeAsync();
        }
    }

    /// <summary>Asks again now, after a command of the page's own.</summary>
    public void Refresh() => _viewer?.Reload();

    protected override async Task OnInitializedAsync()
    {
        _isLive = RendererInfo.IsInteractive;
        if (!_isLive)
        {
            _handingOver = Page.RegisterOnPersisting(HandOver, RenderMode.InteractiveServer);
            await using var once = Questions.Join(Question);
            await foreach (var state in once.States())
            {
                Take(state);
                break;
            }
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_isLive && !Question.Equals(_asked))
        {
            _asked = Question;
            var before = _viewer;
            _viewer = Questions.Join(Question, before is null && Page.TryTakeFromJson<byte[]>(Key, out var packed) && packed is not null ? Handover.Unpack<TValue>(packed) : null);
            if (_viewer.Take() is { } state)
            {
                Take(state);
            }

            _ = FollowAsync(_viewer);
            if (before is not null)
            {
                await before.DisposeAsync();
            }
        }
    }

    /// <summary>Called when the browser has said that it shows what was rendered.</summary>
    protected override void OnAfterRender(bool firstRender) => _drawn.TrySetResult();

    private Task HandOver()
    {
        if (_state is { HasValue: true, Error: null } && Handover.Pack(_state.AskedAt, _state.Value) is { } packed)
        {
            Page.PersistAsJson(Key, packed);
        }

        return Task.CompletedTask;
    }

    private async Task FollowAsync(LiveViewer<TValue> viewer)
    {
        try
        {
            await foreach (var state in viewer.States())
            {
                await InvokeAsync(() =>
                {
                    if (ReferenceEquals(viewer, _viewer))
                    {
                        Take(state);
                        _drawn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                        StateHasChanged();
                    }
                });

                // A browser that is slow would otherwise be sent what it has no time to show, and show everything late.
                await _drawn.Task;
            }
        }
        catch (Exception e) when (ReferenceEquals(viewer, _viewer))
        {
            await DispatchExceptionAsync(e);
        }
    }

    private void Take(LiveState<TValue> state)
    {
        if (state.Error is not null && !ReferenceEquals(state.Error, _state.Error))
        {
            Log.CouldNotLoad(Loggers.CreateLogger<LiveView<TValue>>(), What, state.Error);
        }

        _state = state;
    }
}

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Error, "A page could not load {What}")]
    public static partial void CouldNotLoad(ILogger logger, string what, Exception exception);
}
