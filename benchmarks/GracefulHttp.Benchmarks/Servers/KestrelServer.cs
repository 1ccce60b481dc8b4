using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace GracefulHttp.Benchmarks.Servers;

/// <summary>Kestrel with an application that stops working when its client leaves (<see cref="HttpContext.RequestAborted"/>), unless
/// it is asked to outlive it.</summary>
internal sealed class KestrelServer : IEmbeddedServer
{
    private readonly WebApplication _application;

    private KestrelServer(WebApplication application, ServerTally tally, HeldAnswers held)
    {
        _application = application;
        Tally = tally;
        Held = held;
        string url = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Port = new Uri(url).Port;
    }

    public int Port { get; }

    public ServerTally Tally { get; }

    public HeldAnswers Held { get; }

    public static async Task<KestrelServer> StartAsync(IPAddress address, int port, WireProtocol protocol, X509Certificate2 certificate)
    {
        var tally = new ServerTally(seesResets: false);
        var held = new HeldAnswers();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, port, listen =>
        {
            listen.Protocols = protocol == WireProtocol.H2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (protocol != WireProtocol.Http)
            {
                listen.UseHttps(certificate);
            }

            // After UseHttps: it sees what TLS carried.
            listen.Use(next => connection =>
            {
                tally.ConnectionAccepted();
                if (protocol == WireProtocol.H2)
                {
                    connection.Transport = new StreamResetCountingPipe(connection.Transport, tally);
                }

                return next(connection);
            });
        }));

        WebApplication application = builder.Build();
        application.Run(context => AnswerAsync(context, tally, held));
        await application.StartAsync();
        return new KestrelServer(application, tally, held);
    }

    public async ValueTask DisposeAsync()
    {
        Held.Stop();
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context, ServerTally tally, HeldAnswers held)
    {
        AnswerScript script = AnswerScript.Parse(Encoding.ASCII.GetBytes(context.Request.QueryString.Value ?? ""));
        context.Response.ContentType = "application/octet-stream";
        if (!script.IsSlow)
        {
            ReadOnlyMemory<byte> answer = script.IsCounts && tally.Report is { } report ? report() : AnswerBody.Fast;
            context.Response.ContentLength = answer.Length;
            await context.Response.Body.WriteAsync(answer);
            return;
        }

        bool completed = false;
        Task<bool> released = held.WaitAsync();
        tally.SlowStarted();
        try
        {
            completed = await AnswerLateAsync(context, script, released);
        }
        finally
        {
            tally.SlowEnded(completed);
        }
    }

    private static async Task<bool> AnswerLateAsync(HttpContext context, AnswerScript script, Task<bool> released)
    {
        CancellationToken clientLeft = script.Outlives ? CancellationToken.None : context.RequestAborted;
        try
        {
            if (context.Request.ContentLength > 0)
            {
                await context.Request.Body.CopyToAsync(Stream.Null, clientLeft);
            }

            context.Response.ContentLength = AnswerBody.SlowLength;
            if (script.LateBody)
            {
                await context.Response.Body.WriteAsync(AnswerBody.SlowHalf, clientLeft);
            }

            if (!script.IsHeld)
            {
                await Task.Delay(script.Delay, TimeProvider.System, clientLeft);
            }
            else if (!await released.WaitAsync(clientLeft))
            {
                return false;
            }

            if (!script.LateBody)
            {
                await context.Response.Body.WriteAsync(AnswerBody.SlowHalf, clientLeft);
            }

            await context.Response.Body.WriteAsync(AnswerBody.SlowHalf, clientLeft);
            // Kestrel swallows writes to a connection that is gone, so a write that returned is not enough.
            return !context.RequestAborted.IsCancellationRequested;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false; // The client left, perhaps in the middle of what it was sending.
        }
    }
}
