using System.Text.Json;
using System.Text.Json.Serialization;
using SmsConsole.SiteServer.Content;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>JSON of everything the site server keeps or sends: camelCase, enums by name, unknown members refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(SystemJob))]
[JsonSerializable(typeof(BootstrapOrder))]
[JsonSerializable(typeof(Enrolment))]
[JsonSerializable(typeof(SequenceWindow))]
[JsonSerializable(typeof(PackageManifest))]
[JsonSerializable(typeof(SiteIdentity))]
[JsonSerializable(typeof(SiteMessage))]
[JsonSerializable(typeof(IReadOnlyList<SiteMessage>))]
[JsonSerializable(typeof(LinkCommand))]
[JsonSerializable(typeof(LinkReply))]
[JsonSerializable(typeof(ServiceReport))]
public sealed partial class SiteJson : JsonSerializerContext
{
    /// <summary>The value, or null with the reason when the bytes are not one.</summary>
    public static T? TryRead<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, out string error)
        where T : class
    {
        try
        {
            error = "It is the JSON value null.";
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException e)
        {
            error = e.Message;
            return null;
        }
    }
}
