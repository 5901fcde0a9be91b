using Microsoft.AspNetCore.Components;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Components.Shared;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Features.Sites;

/// <summary>Identity, how to reach it, check, create. The checks run while one types and stand beside their fields.</summary>
public sealed partial class NewSitePage
{
    private readonly (NewSiteStep, string)[] _steps = [(NewSiteStep.Identity, Texts.Identity), (NewSiteStep.Reach, Texts.HowToReachIt), (NewSiteStep.Check, Texts.CheckAndCreate)];

    private NewSiteForm _form = new();
    private ElementReference _stepList;
    private NewSiteStep _step;
    private NewSiteStep _shownStep;
    private PreflightReport? _report;
    private SiteRow? _created;
    private IReadOnlyList<CommandError> _errors = [];
    private bool _checking;
    private bool _creating;
    private int _asked;

    [Inject]
    private ISiteCommands Commands { get; set; } = default!;

    [Inject]
    private CurrentActor Actor { get; set; } = default!;

    [Inject]
    private Acts Acts { get; set; } = default!;

    [Inject]
    private SmsConsoleOptions Options { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <summary>The site that was just created: in the address, so that a page that was loaded again shows that site and no empty form.</summary>
    [SupplyParameterFromQuery(Name = "created")]
    private string? Created { get; set; }

    private NewSite Site => _form.ToSite();

    protected override void OnParametersSet()
    {
        if (Created is null && _created is not null)
        {
            (_form, _step, _report, _created, _errors) = (new NewSiteForm(), NewSiteStep.Identity, null, null, []);
        }
        else if (Created is not null && _created is null)
        {
            Navigation.NavigateTo("/sites/" + Uri.EscapeDataString(Created), replace: true);
        }
    }

    // Another step begins at its top, for eyes and for a screen reader, and not where the last one's button was.
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_step != _shownStep && _created is null)
        {
            _shownStep = _step;
            await _stepList.FocusAsync();
        }
    }

    private IReadOnlyList<CommandError> Errors(string? field) => [.. _errors.Where(e => e.Field == field)];

    /// <summary>What the last report says of a field; nothing of one that is still empty, nor of the address before there is one.</summary>
    private IReadOnlyList<PreflightCheck> Checks(string field) =>
        _report is null || _form.IsEmpty(field) || (_step == NewSiteStep.Reach && _form.Missing(NewSiteStep.Reach).Count > 0)
            ? []
            : [.. _report.Checks.Where(c => SitePresentation.FieldOf(c) == field && c.Outcome != CheckOutcome.Skipped)];

    /// <summary>After a field was left: its checks. The others' follow as they are filled.</summary>
    private async Task ChangedAsync()
    {
        _errors = [];
        await CheckAsync();
    }

    private async Task NextAsync()
    {
        _errors = _form.Missing(_step);
        if (_errors.Count > 0)
        {
            // A check that is still under way knows less: it would take back what is said here.
            (_asked, _checking) = (_asked + 1, false);
            return;
        }

        _step++;
        if (_step == NewSiteStep.Check)
        {
            await CheckAsync();
        }
    }

    private async Task CheckAsync()
    {
        if (await Actor.GetAsync() is not { } actor)
        {
            return;
        }

        var asked = ++_asked;
        _checking = true;
        StateHasChanged();
        try
        {
            var result = await Commands.PreflightAsync(actor, Site);
            if (asked == _asked)
            {
                _report = result.Succeeded ? result.Value : null;
                _errors = result.Errors;
            }
        }
        finally
        {
            _checking = asked != _asked && _checking;
        }
    }

    private async Task CreateAsync()
    {
        _creating = true;
        try
        {
            _errors = await Acts.RunAsync(async actor =>
            {
                var result = await Commands.CreateSecondarySiteAsync(actor, Site);
                _created = result.Succeeded ? result.Value : null;
                return result;
            });
            if (_errors.Count > 0)
            {
                _step = _errors.Select(e => NewSiteForm.StepOf(e.Field)).Min();
            }
            else if (_created is { } created)
            {
                _form = new NewSiteForm(); // Nothing of a key stays in the circuit.
                Navigation.NavigateTo($"/sites/new?created={created.Code}", replace: true);
            }
        }
        finally
        {
            _creating = false;
        }
    }

    private void StartOver() => Navigation.NavigateTo("/sites/new");
}
