using System.Text.Json.Serialization;
using SmsConsole.Engine;

namespace SmsConsole.Web.Api;

/// <summary>How what is sent to the API is read, written when the console is built: every start would ask the types by reflection instead.</summary>
[JsonSerializable(typeof(NewSite))]
[JsonSerializable(typeof(NewUser))]
[JsonSerializable(typeof(UserChange))]
[JsonSerializable(typeof(OwnPasswordChange))]
[JsonSerializable(typeof(ScanRequest))]
[JsonSerializable(typeof(PriorityRequest))]
[JsonSerializable(typeof(TokenRequest))]
internal sealed partial class ApiJson : JsonSerializerContext;
