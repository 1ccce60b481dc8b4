using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace GracefulHttp.TestKit.Servers;

/// <summary>A server that does watch for the client's FIN, and speaks HTTP/2. One delegate answers every request.</summary>
public sealed class KestrelServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly List<Exception> _failures = [];

    private KestrelServer(WebApplication app) => _app = app;

    public Uri BaseAddress { get; private set; } = new("http://127.0.0.1");

    public int Port => BaseAddress.Port;

    /// <param name="answer">Answers one request. What it throws after the client has gone is expected, all else fails the test.</param>
    /// <param name="tls"><see cref="SslProtocols.None"/> for http, otherwise the TLS versions to speak.</param>
    /// <param name="http2">Speak HTTP/2 only, without TLS by prior knowledge; otherwise HTTP/1.1 only.</param>
    /// <param name="configureTls">What else TLS shall do.</param>
    /// <param name="maxStreams">How many HTTP/2 streams of one connection may be open at the same time.</param>
    /// <param name="frames">With HTTP/2, keeps what the clients send.</param>
    /// <param name="port">That of one that was stopped, or 0.</param>
    public static async Task<KestrelServer> StartAsync(
        RequestDelegate answer,
        SslProtocols tls = SslProtocols.None,
        bool http2 = false,
        Action<HttpsConnectionAdapterOptions>? configureTls = null,
        int maxStreams = 100,
        Http2FrameLog? frames = null,
        int port = 0)
    {
        ArgumentNullException.ThrowIfNull(answer);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.Http2.MaxStreamsPerConnection = maxStreams);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (tls != SslProtocols.None)
            {
                listen.UseHttps(TestCertificate.Instance, https =>
                {
                    https.SslProtocols = tls;
                    configureTls?.Invoke(https);
                });
            }

            // After UseHttps: it sees what TLS carried.
            if (frames is not null)
            {
                listen.Use(next => connection =>
                {
                    connection.Transport = new FrameLoggingPipe(connection.Transport, frames);
                    return next(connection);
                });
            }
        }));

        WebApplication app = builder.Build();
        var server = new KestrelServer(app);
        app.Run(context => server.AnswerAsync(answer, context));
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.BaseAddress = new Uri(address);
        return server;
    }

    /// <summary>Waits for the requests that are being answered, closes the connections, and throws what an answer has thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().WithinAsync();
        await _app.DisposeAsync();
        if (_failures.Count > 0)
        {
            throw new AggregateException("The delegate of the Kestrel server failed.", _failures);
        }
    }

    private async Task AnswerAsync(RequestDelegate answer, HttpContext context)
    {
        try
        {
            await answer(context);
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            lock (_gate)
            {
                _failures.Add(e);
            }

            throw;
        }
    }
}
