namespace SmsConsole.Engine;

/// <summary>The SMS site package, built by SYSTEM.MAP once per version and platform and shared by all sites.</summary>
internal interface ISitePackageSource
{
    /// <summary>Path of the package file; it stays where it is while jobs send it.</summary>
    /// <param name="runtimeId">The far side's platform; null takes one that needs a .NET runtime there.</param>
    /// <exception cref="SitePackageException">It cannot be built.</exception>
    Task<string> GetAsync(string? runtimeId, CancellationToken cancellationToken);
}

/// <summary>The site package cannot be built: SYSTEM.MAP or a file it names is missing (event 387).</summary>
internal sealed class SitePackageException(string message) : Exception(message);

/// <summary>Reaches into the sender, which alone may touch a request it has claimed.</summary>
internal interface ISendControl
{
    /// <summary>Makes a waiting request due now.</summary>
    void RetryNow(string requestId);

    /// <summary>Changes the priority of a request that is not being sent at this moment; false where it was not changed.</summary>
    bool SetPriority(string requestId, int priority);
}
