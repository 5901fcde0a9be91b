using Microsoft.AspNetCore.Components;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Sites;

/// <summary>One site: its phases, history, control files and logs.</summary>
public sealed partial class SitePage
{
    private readonly (string? Name, string Text)[] _tabs = [(null, Texts.Overview), ("history", Texts.History), ("control", Texts.ControlFiles), ("log", Texts.Logs)];

    private LiveView<Found<SiteDetails>>? _view;

    [Parameter]
    public string Code { get; set; } = default!;

    [Inject]
    private ISiteQueries Queries { get; set; } = default!;

    [Inject]
    private ISiteCommands Commands { get; set; } = default!;

    [Inject]
    private Acts Acts { get; set; } = default!;

    private string? Tab(ListUrl url) => _tabs.Any(t => t.Name == url["tab"]) ? url["tab"] : null;

    /// <summary>Names the question whether to retry a site.</summary>
    internal static object RetryOf(string code) => ("retry", code);

    private async Task RetryAsync()
    {
        if (await Acts.ConfirmAsync(Texts.RetryQuestion.With(Code), Texts.WhatRetryDoes.With(Texts.WhatSite.With(Code)), Texts.Retry, RetryOf(Code)))
        {
            await Acts.RunAsync(actor => Commands.RetryAsync(actor, Code), Texts.SiteGoesOn.With(Code));
            _view?.Refresh();
        }
    }
}
