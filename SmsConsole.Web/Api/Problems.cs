using Microsoft.AspNetCore.Diagnostics;
using SmsConsole.Engine;

namespace SmsConsole.Web.Api;

/// <summary>Errors as RFC 9457 problem details with a stable <c>code</c> and, for input, <c>errors</c> per field.</summary>
internal static class Problems
{
    /// <summary>The answer to a command that was refused.</summary>
    public static IResult Of(CommandResult result)
    {
        // The gravest decides: who may not must not learn what else is wrong.
        var first = result.Errors.OrderBy(e => e.Kind switch
        {
            CommandErrorKind.Forbidden => 0,
            CommandErrorKind.NotFound => 1,
            CommandErrorKind.Invalid => 2,
            CommandErrorKind.Conflict => 3,
        }).First();
        var fields = result.Errors.Where(e => e.Field is not null).GroupBy(e => e.Field!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Select(e => e.Message).ToArray(), StringComparer.Ordinal);
        return Of(first.Kind switch
        {
            CommandErrorKind.Invalid => StatusCodes.Status400BadRequest,
            CommandErrorKind.Forbidden => StatusCodes.Status403Forbidden,
            CommandErrorKind.NotFound => StatusCodes.Status404NotFound,
            CommandErrorKind.Conflict => StatusCodes.Status409Conflict,
        }, first.Code, first.Message, fields);
    }

    public static IResult Of(int status, string code, string detail, IReadOnlyDictionary<string, string[]>? fields = null)
    {
        var extensions = new Dictionary<string, object?> { ["code"] = code };
        if (fields is { Count: > 0 })
        {
            extensions["errors"] = fields;
        }

        return Results.Problem(detail, statusCode: status, extensions: extensions);
    }

    public static IResult NotFound(string code, string detail) => Of(StatusCodes.Status404NotFound, code, detail);

    /// <summary>Problems that the framework itself finds get a code too.</summary>
    public static void Complete(ProblemDetailsContext context)
    {
        context.ProblemDetails.Extensions.TryAdd("code", context.ProblemDetails.Status switch
        {
            StatusCodes.Status400BadRequest => "request.invalid",
            StatusCodes.Status401Unauthorized => "request.unauthenticated",
            StatusCodes.Status403Forbidden => "request.forbidden",
            StatusCodes.Status404NotFound => "request.notFound",
            StatusCodes.Status405MethodNotAllowed => "request.method",
            StatusCodes.Status413PayloadTooLarge => "request.tooLarge",
            StatusCodes.Status415UnsupportedMediaType => "request.mediaType",
            StatusCodes.Status429TooManyRequests => "request.tooMany",
            _ => "server.failed",
        });
    }
}

/// <summary>A body or parameter that cannot be read is the caller's mistake, with its reason, not a failure of ours.</summary>
internal sealed class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
        {
            return false;
        }

        httpContext.Response.StatusCode = bad.StatusCode;
        var (code, detail) = bad switch
        {
            { InnerException: System.Text.Json.JsonException json } => (null, $"The body cannot be read at {json.Path ?? "its beginning"}."),
            { StatusCode: StatusCodes.Status413PayloadTooLarge } => (null, $"The body is larger than {Hosting.ConsoleHost.LargestBody / 1024} KB."),
            { StatusCode: StatusCodes.Status415UnsupportedMediaType } => (null, "The body is to be JSON (application/json)."),

            // No body, or the JSON null: either way there is nothing of what is needed.
            _ when !HttpMethods.IsGet(httpContext.Request.Method) => ("request.bodyMissing", "This needs a JSON body."),
            _ => (null, "A parameter cannot be read."),
        };
        var problem = new ProblemDetailsContext { HttpContext = httpContext, Exception = exception, ProblemDetails = { Status = bad.StatusCode, Detail = detail } };
        if (code is not null)
        {
            problem.ProblemDetails.Extensions["code"] = code;
        }

        return await problems.TryWriteAsync(problem);
    }
}
