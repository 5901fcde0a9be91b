using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SmsConsole.Data;
using SmsConsole.Data.Security;

namespace SmsConsole.Engine;

public static class SecurityServices
{
    /// <summary>
    /// Users, sessions and their commands over the SiteControl schema. Needs <c>AddSmsData</c> and Data Protection; the
    /// console's host adds cookies and policies.
    /// </summary>
    public static IServiceCollection AddSmsIdentity(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddIdentityCore<ConsoleUser>(options =>
        {
            options.Password.RequiredLength = UserRules.MinimumPasswordLength;
            options.Password.RequireDigit = false;
            options.Password.RequireLowercase = false;
            options.Password.RequireUppercase = false;
            options.Password.RequireNonAlphanumeric = false;
        }).AddEntityFrameworkStores<SmsContext>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton<IAuditTrail, AuditTrail>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<ISessions>(provider => provider.GetRequiredService<Sessions>());
        services.AddSingleton<IUserCommands, UserCommands>();
        return services;
    }
}
