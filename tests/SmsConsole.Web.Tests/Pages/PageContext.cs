using AngleSharp.Dom;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Radzen;
using SmsConsole.Data.Queries;
using SmsConsole.Engine;
using SmsConsole.TestKit;
using SmsConsole.Web.Components.Shared;
using SmsConsole.Web.Features.Security;

namespace SmsConsole.Web.Tests.Pages;

/// <summary>A circuit for one page over a primary in memory.</summary>
public abstract class PageContext : BunitContext
{
    protected PageContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddRadzenComponents();
        HandedOver = AddBunitPersistentComponentState();
        Services.AddSingleton<ISiteQueries>(Primary);
        Services.AddSingleton<IJobQueries>(Primary);
        Services.AddSingleton<IStatusQueries>(Primary);
        Services.AddSingleton<ISiteCommands>(Primary);
        Services.AddSingleton<IJobCommands>(Primary);
        Services.AddSingleton<IUserCommands>(Primary.Users);
        Services.AddSingleton<IChangeFeed>(Primary.Feed);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(new SmsConsoleOptions { DataDirectory = "/", Database = new DatabaseSettings(DatabaseProvider.Sqlite, "") });
        Services.AddScoped<CurrentActor>();
        Services.AddSingleton<SmsConsole.Web.Live.LiveQuestions>();
        Services.AddScoped<Acts>();
        SignIn("admin", Role.Administrator);
        var dialogs = Services.GetRequiredService<DialogService>();
        dialogs.OnOpen += (_, _, _, _) => IsAnswered = false;
        dialogs.OnClose += _ => IsAnswered = true;
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    /// <summary>What pages rendered on the server hand to the circuit.</summary>
    protected BunitPersistentComponentState HandedOver { get; }

    protected FakePrimary Primary { get; } = new();

    protected void SignIn(string name, Role role)
    {
        var authorization = _authorization ??= AddAuthorization();
        authorization.SetAuthorized(name);
        authorization.SetRoles(role.ToString());
        authorization.SetPolicies([.. Enum.GetValues<Role>().Where(r => r <= role).Select(r => r.ToString())]);
    }

    protected void GoTo(string address) => Services.GetRequiredService<NavigationManager>().NavigateTo(address);

    /// <summary>Answers the question of the dialog that is open.</summary>
    protected void Answer(bool yes) => Services.GetRequiredService<DialogService>().Close(yes);

    /// <summary>Whether the question that was asked last is closed again.</summary>
    protected bool IsAnswered { get; private set; } = true;

    protected IEnumerable<NotificationMessage> Notes => Services.GetRequiredService<NotificationService>().Messages;

    private BunitAuthorizationContext? _authorization;
}
