using System.Net;
using System.Security.Cryptography.X509Certificates;
using GracefulHttp.Benchmarks.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace GracefulHttp.Benchmarks.Chain;

/// <summary>A service on Kestrel that passes each request on with its caller's token, or is the last one and works.</summary>
/// <param name="number">Its place in the chain, from 0.</param>
/// <param name="settings">How long the last one works.</param>
/// <param name="calls">Where it notes what it learns.</param>
/// <param name="client">What it calls with.</param>
/// <param name="next">Whom; null for the last one.</param>
internal sealed class ChainService(int number, ChainSettings settings, ChainCalls calls, HttpClient client, Uri? next) : IAsyncDisposable
{
    /// <summary>The path that goes through all services without work.</summary>
    public const string WarmUp = "/";

    private WebApplication? _application;

    /// <returns>Where it listens.</returns>
    public async Task<Uri> StartAsync(X509Certificate2 certificate)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = settings.Protocol == WireProtocol.H2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (settings.Protocol != WireProtocol.Http)
            {
                listen.UseHttps(certificate);
            }
        }));
        _application = builder.Build();
        _application.Run(AnswerAsync);
        await _application.StartAsync();
        return new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            await _application.StopAsync(atOnce.Token);
            await _application.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path;
        CancellationToken callerLeft = context.RequestAborted;
        ChainCall? call = path == WarmUp ? null : calls[path];
        await using CancellationTokenRegistration registration = callerLeft.Register(() => call?.Told(number));
        try
        {
            await (next is null ? WorkAsync(call, callerLeft) : client.GetStringAsync(new Uri(next, path), callerLeft));
        }
        catch (OperationCanceledException) when (callerLeft.IsCancellationRequested)
        {
            // What is measured. The work's own callback may have come first and taken ours back.
            call?.Told(number);
        }
        finally
        {
            call?.End();
        }
    }

    private Task WorkAsync(ChainCall? call, CancellationToken callerLeft)
    {
        call?.Reached.SetResult();
        return Task.Delay(call is null ? TimeSpan.Zero : settings.Work, TimeProvider.System, callerLeft);
    }
}
