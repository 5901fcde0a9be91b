using Microsoft.AspNetCore.Identity;
using SmsConsole.Data.Queries;

namespace SmsConsole.Data.Security;

/// <summary>A person who may sign in. Passwords, lock-out and security stamp are ASP.NET Core Identity's.</summary>
internal sealed class ConsoleUser : IdentityUser
{
    public Role Role { get; set; }

    public bool Disabled { get; set; }

    public DateTime? LastSignInAt { get; set; }
}
