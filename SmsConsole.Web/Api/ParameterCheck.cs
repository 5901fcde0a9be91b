using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace SmsConsole.Web.Api;

/// <summary>
/// Looks at the query of an API request before it is bound: every number that is none and every name that is none is said, with its field. Binding
/// itself stops at the first, in the framework's words, and takes any number for a name.
/// </summary>
internal sealed class ParameterCheck(RequestDelegate next)
{
    private static readonly ConcurrentDictionary<MethodInfo, IReadOnlyList<Parameter>> _known = new();

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<MethodInfo>() is { } handler && context.Request.Path.StartsWithSegments("/api") && context.Request.Query.Count > 0)
        {
            var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
            foreach (var parameter in _known.GetOrAdd(handler, Of))
            {
                if (context.Request.Query.TryGetValue(parameter.Name, out var values) && values is [{ Length: > 0 } text, ..] && parameter.Refuse(text) is { } wrong)
                {
                    errors[parameter.Name] = [wrong];
                }
            }

            if (errors.Count > 0)
            {
                await Problems.Of(StatusCodes.Status400BadRequest, "request.invalid", $"Wrong: {string.Join(", ", errors.Keys)}.", errors).ExecuteAsync(context);
                return;
            }
        }

        await next(context);
    }

    private static IReadOnlyList<Parameter> Of(MethodInfo handler) =>
    [
        .. from declared in handler.GetParameters()
           from parameter in declared.GetCustomAttribute<AsParametersAttribute>() is null
               ? [(Name: declared.Name!, Type: declared.ParameterType)]
               : declared.ParameterType.GetProperties().Where(p => p.CanWrite).Select(p => (p.Name, Type: p.PropertyType))
           let type = Nullable.GetUnderlyingType(parameter.Type) ?? parameter.Type
           where type.IsEnum || type == typeof(int) || type == typeof(long)
           select new Parameter(JsonNamingPolicy.CamelCase.ConvertName(parameter.Name), type),
    ];

    private sealed record Parameter(string Name, Type Type)
    {
        private readonly string[] _names = Type.IsEnum ? Enum.GetNames(Type) : [];

        public string? Refuse(string text) => Type switch
        {
            { IsEnum: true } => _names.Contains(text, StringComparer.OrdinalIgnoreCase) ? null : $"One of {string.Join(", ", _names)}.",
            _ when Type == typeof(int) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? null : "A whole number.",
            _ => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? null : "A whole number.",
        };
    }
}
