using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web;
using SmsConsole.Data.Queries;
using SmsConsole.Web.Components.Shared;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Components.Layout;

/// <summary>One box from which every page, site and job is reached (Ctrl+K).</summary>
public sealed partial class CommandPalette
{
    private sealed record Found(string Text, string Kind, IconName Icon, string Href);

    private static (Found Page, Role Least)[] Pages =>
    [
        (new(Texts.Home, Texts.Page, IconName.Home, "/"), Role.Viewer),
        (new(Texts.Sites, Texts.Page, IconName.Sites, "/sites"), Role.Viewer),
        (new(Texts.NewSecondarySite, Texts.Page, IconName.Plus, "/sites/new"), Role.Administrator),
        (new(Texts.Jobs, Texts.Page, IconName.Jobs, "/jobs"), Role.Viewer),
        (new(Texts.SendRequests, Texts.Page, IconName.Jobs, "/jobs/send-requests"), Role.Viewer),
        (new(Texts.StatusMessages, Texts.Page, IconName.Messages, "/status"), Role.Viewer),
        (new(Texts.Users, Texts.Page, IconName.Users, "/users"), Role.Administrator),
        (new(Texts.Audit, Texts.Page, IconName.Audit, "/audit"), Role.Administrator),
        (new(Texts.ChangePassword, Texts.Page, IconName.Key, "/account"), Role.Viewer),
    ];

    private bool _open;
    private bool _focus;
    private string _text = string.Empty;
    private int _at;
    private int _asked;
    private List<Found> _found = [];
    private ElementReference _input;

    [Inject]
    private ISiteQueries Sites { get; set; } = default!;

    [Inject]
    private IJobQueries Jobs { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_focus)
        {
            _focus = false;
            await _input.FocusAsync();
        }
    }

    private async Task OpenAsync()
    {
        (_open, _focus, _text) = (true, true, string.Empty);
        await FindAsync();
    }

    private void Close() => _open = false;

    private async Task FindAsync()
    {
        var asked = ++_asked;
        var text = _text.Trim();
        var role = Authentication is null ? null : CurrentActor.Of((await Authentication).User)?.Role;
        var found = Pages.Where(p => role >= p.Least && p.Page.Text.Contains(text, StringComparison.OrdinalIgnoreCase)).Select(p => p.Page).ToList();
        if (text.Length > 0)
        {
            var sites = await Sites.ListAsync(new SiteListQuery(Search: text, PageSize: 6));
            var jobs = await Jobs.ListAsync(new JobListQuery(Search: text, PageSize: 4));
            if (asked != _asked)
            {
                return; // A later letter has overtaken this answer.
            }

            found = [.. sites.Items.Select(s => new Found($"{s.Code} {s.Name}", s.Type == SiteType.Primary ? Texts.PrimarySite : Texts.SecondarySite, s.Type == SiteType.Primary ? IconName.Primary : IconName.Secondary, $"/sites/{s.Code}")),
                .. found, .. jobs.Items.Select(j => new Found($"{j.Comment} ({j.Id})", Texts.Job, IconName.Jobs, $"/jobs/{j.Id}"))];
        }

        (_found, _at) = (found, 0);
    }

    private void KeyAsync(KeyboardEventArgs e)
    {
        switch (e.Key)
        {
            case "ArrowDown" when _found.Count > 0:
                _at = (_at + 1) % _found.Count;
                break;
            case "ArrowUp" when _found.Count > 0:
                _at = (_at + _found.Count - 1) % _found.Count;
                break;
            case "Enter" when _found.Count > 0:
                Go(_found[_at]);
                break;
            case "Escape":
                Close();
                break;
        }
    }

    private void Go(Found found)
    {
        Close();
        Navigation.NavigateTo(found.Href);
    }
}
