using Microsoft.AspNetCore.Components;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.Web.Components.Shared;

namespace SmsConsole.Web.Features.Security;

/// <summary>The first administrator. Without the token, and once there is an administrator, there is no such page.</summary>
public sealed partial class Setup
{
    private bool _open;

    [CascadingParameter]
    private HttpContext? Http { get; set; }

    [Inject]
    private SetupToken Expected { get; set; } = default!;

    [Inject]
    private IStatusQueries Status { get; set; } = default!;

    [Inject]
    private SmsConsoleOptions Options { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "token")]
    private string? Token { get; set; }

    [SupplyParameterFromQuery(Name = "userName")]
    private string? UserName { get; set; }

    [SupplyParameterFromQuery(Name = "problem")]
    private string? Problem { get; set; }

    private string? ProblemText => Problem switch
    {
        SetupProblems.Repeat => Texts.PasswordsDiffer,
        SetupProblems.Name => UserRules.CheckName(UserName ?? string.Empty) ?? Texts.NameCannotBeUsed,
        SetupProblems.Password => Texts.PasswordLength.With(UserRules.MinimumPasswordLength, UserRules.MaximumPasswordLength),
        _ => null,
    };

    protected override async Task OnInitializedAsync()
    {
        _open = Expected.Matches(Token) && await Status.NeedsFirstAdministratorAsync();
        if (!_open && Http is not null)
        {
            Navigation.NotFound();
        }
    }
}
