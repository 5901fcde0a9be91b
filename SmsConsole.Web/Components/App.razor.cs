using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace SmsConsole.Web.Components;

/// <summary>The document. Sign-in, set-up and errors are plain pages without a circuit; everything else is interactive.</summary>
public sealed partial class App
{
    private string _theme = "system";
    private IComponentRenderMode? _mode;

    [CascadingParameter]
    private HttpContext Http { get; set; } = default!;

    protected override void OnInitialized()
    {
        // The cookie is read here and not by script, so that no page flashes in the wrong theme.
        _theme = Http.Request.Cookies["sms.theme"] is "light" or "dark" ? Http.Request.Cookies["sms.theme"]! : "system";
        _mode = Http.AcceptsInteractiveRouting() ? RenderMode.InteractiveServer : null;
    }

    private string Media(string scheme) => _theme == "system" ? $"(prefers-color-scheme: {scheme})" : _theme == scheme ? "all" : "not all";
}
