using Microsoft.AspNetCore.Components;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Features.Sites;

/// <summary>The wizard's second step: where the site is, and whose key it must show.</summary>
public sealed partial class NewSiteReach
{
    private IReadOnlyList<OfferedHostKey> _offered = [];
    private string? _scanError;
    private bool _scanning;

    [Parameter, EditorRequired]
    public object Model { get; set; } = default!;

    [Parameter, EditorRequired]
    public Func<string, IReadOnlyList<PreflightCheck>> Checks { get; set; } = default!;

    [Parameter, EditorRequired]
    public Func<string?, IReadOnlyList<CommandError>> Errors { get; set; } = default!;

    /// <summary>A field has been left.</summary>
    [Parameter, EditorRequired]
    public Func<Task> Changed { get; set; } = default!;

    [Parameter, EditorRequired]
    public EventCallback Next { get; set; }

    [Parameter, EditorRequired]
    public EventCallback Back { get; set; }

    [Inject]
    private ISiteCommands Commands { get; set; } = default!;

    [Inject]
    private CurrentActor Actor { get; set; } = default!;

    private NewSiteForm Form => (NewSiteForm)Model;

    private Task ChooseAsync(LinkTransport transport)
    {
        Form.Transport = transport;
        return Changed();
    }

    private Task ChooseKeyAsync(bool paste)
    {
        Form.PasteKey = paste;
        return Changed();
    }

    /// <summary>Another host has another key.</summary>
    private Task HostChangedAsync()
    {
        (Form.Pinned, _offered, _scanError) = (null, [], null);
        return Changed();
    }

    private Task PinAsync(OfferedHostKey key)
    {
        Form.Pinned = key;
        return Changed();
    }

    private Task UnpinAsync()
    {
        Form.Pinned = null;
        return Changed();
    }

    private async Task ScanAsync()
    {
        if (await Actor.GetAsync() is not { } actor)
        {
            return;
        }

        (_scanning, _scanError) = (true, null);
        StateHasChanged();
        try
        {
            var result = await Commands.ScanHostKeysAsync(actor, Form.Host.Trim(), Form.Port ?? 22);
            (_offered, _scanError) = result.Succeeded ? (result.Value, result.Value.Count == 0 ? Texts.NoKeyOffered : null) : ([], result.Errors[0].Message);
        }
        finally
        {
            _scanning = false;
        }
    }
}
