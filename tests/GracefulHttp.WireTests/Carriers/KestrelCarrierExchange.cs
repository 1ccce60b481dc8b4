using GracefulHttp.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace GracefulHttp.WireTests.Carriers;

internal sealed class KestrelCarrierExchange(HttpContext context) : CarrierExchange
{
    // RFC 9113 §7.
    private const int RefusedStream = 7;

    public override string Method => context.Request.Method;

    public override string Path => context.Request.Path;

    public override string? Header(string name) => context.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    public override async Task AnswerAsync(int status, params string[] headers)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 2;
        foreach (string header in headers)
        {
            string[] parts = header.Split(": ", 2);
            context.Response.Headers.Append(parts[0], parts[1]);
        }

        await context.Response.WriteAsync("ok");
    }

    public override async Task AnswerStalledAsync(SyncPoint held)
    {
        context.Response.ContentLength = 20;
        await context.Response.WriteAsync(new string('x', 10));
        await context.Response.Body.FlushAsync();
        await held.ArriveAsync();
        await context.Response.WriteAsync(new string('x', 10));
    }

    public override Task RefuseAsync()
    {
        context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(RefusedStream);
        return Task.CompletedTask;
    }
}
