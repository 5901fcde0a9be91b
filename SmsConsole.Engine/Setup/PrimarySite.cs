using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.Engine;

/// <summary>This primary: its code, its SMS root directory and its key.</summary>
internal sealed class PrimarySite(SmsConsoleOptions options, IDisk disk) : IDisposable
{
    private readonly Lazy<SiteKey> _key = new(() => SiteKey.LoadOrCreate(disk, new SmsRoot(options.SmsRoot)));

    public string Code { get; } = options.Site.Code;

    public string Name { get; } = options.Site.Name;

    public string DataDirectory { get; } = options.DataDirectory;

    /// <summary>Known once the engine has set the primary up.</summary>
    public Guid Incarnation { get; set; }

    public SmsRoot Root { get; } = new(options.SmsRoot);

    /// <summary>False until the first start has made the key.</summary>
    public bool HasKey => SiteKey.IsIn(disk, Root);

    /// <summary>Made at the first start; its public half goes to every new site.</summary>
    public SiteKey Key => _key.Value;

    public void Dispose()
    {
        if (_key.IsValueCreated)
        {
            _key.Value.Dispose();
        }
    }
}
