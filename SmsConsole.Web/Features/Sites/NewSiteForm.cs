using SmsConsole.Data.Queries;
using SmsConsole.Engine;

namespace SmsConsole.Web.Features.Sites;

/// <summary>Steps of the wizard.</summary>
internal enum NewSiteStep
{
    Identity,
    Reach,
    Check,
}

/// <summary>What has been typed so far.</summary>
internal sealed class NewSiteForm
{
    public string Code { get; set; } = string.Empty;

    public string Name { get; set; } = string.Empty;

    public string Directory { get; set; } = string.Empty;

    public LinkTransport Transport { get; set; } = LinkTransport.Ssh;

    public string Host { get; set; } = string.Empty;

    public int? Port { get; set; } = 22;

    public string User { get; set; } = string.Empty;

    /// <summary>False: the agent or the default keys of the account the engine runs as.</summary>
    public bool PasteKey { get; set; }

    public string PrivateKey { get; set; } = string.Empty;

    /// <summary>The key the administrator has confirmed.</summary>
    public OfferedHostKey? Pinned { get; set; }

    public NewSite ToSite() => new(Code.Trim().ToUpperInvariant(), Name.Trim(), Directory.Trim(), Transport == LinkTransport.Local
        ? new NewAddress("Lan", LinkTransport.Local)
        : new NewAddress("Lan", LinkTransport.Ssh, Null(Host), Port, Null(User), PasteKey ? Null(PrivateKey) : null, Pinned?.HostKey));

    /// <summary>The step on which a field stands, so that an error leads back to it.</summary>
    public static NewSiteStep StepOf(string? field) => field switch
    {
        "code" or "name" or "installDirectory" => NewSiteStep.Identity,
        null => NewSiteStep.Check,
        _ => NewSiteStep.Reach,
    };

    /// <summary>True for a field of the first step that nothing has been typed into.</summary>
    public bool IsEmpty(string field) => field switch
    {
        "code" => Code.Trim().Length == 0,
        "name" => Name.Trim().Length == 0,
        "installDirectory" => Directory.Trim().Length == 0,
        _ => false,
    };

    /// <summary>What is missing before the step can be left; nothing that needs the network.</summary>
    public IReadOnlyList<CommandError> Missing(NewSiteStep step)
    {
        var errors = new List<CommandError>();
        void Need(bool there, string field, string message)
        {
            if (!there)
            {
                errors.Add(new CommandError(CommandErrorKind.Invalid, "field.missing", message, field));
            }
        }

        if (step == NewSiteStep.Identity)
        {
            Need(Code.Trim().Length == 3, "code", Texts.NeedCode);
            Need(Name.Trim().Length > 0, "name", Texts.NeedName);
            Need(Directory.Trim().Length > 0, "installDirectory", Texts.NeedDirectory);
        }

        if (step == NewSiteStep.Reach && Transport == LinkTransport.Ssh)
        {
            Need(Host.Trim().Length > 0, "address.host", Texts.NeedHost);
            Need(Port is >= 1 and <= 65535, "address.port", Texts.NeedPort);
            Need(!PasteKey || PrivateKey.Trim().Length > 0, "address.privateKey", Texts.NeedPrivateKey);
            Need(Pinned is not null, "address.hostKey", Texts.NeedHostKey);
        }

        return errors;
    }

    private static string? Null(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
