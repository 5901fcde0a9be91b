namespace SmsConsole.Web.Features.Security;

/// <summary>Names of the policies: one per role, each including the roles above it.</summary>
internal static class Policies
{
    public const string Viewer = nameof(Viewer);

    public const string Operator = nameof(Operator);

    public const string Administrator = nameof(Administrator);
}

/// <summary>Names of the authentication schemes.</summary>
internal static class Schemes
{
    /// <summary>Bearer where the request has such a header, else the cookie.</summary>
    public const string Either = nameof(Either);

    public const string Cookie = nameof(Cookie);

    public const string Bearer = nameof(Bearer);
}
