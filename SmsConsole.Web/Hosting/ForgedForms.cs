using Microsoft.AspNetCore.Antiforgery;

namespace SmsConsole.Web.Hosting;

/// <summary>
/// A form without the token of our own page goes no further. Antiforgery only notes what it found, and endpoints whose binding is written at build
/// time read such a form into an exception.
/// </summary>
internal sealed class ForgedForms(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: false })
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }
}
