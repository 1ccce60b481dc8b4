using System.Collections.Concurrent;
using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.Lessons;

/// <summary>
/// In Go's transport a Read and a Close of one body, from two goroutines, could wait for each other (golang/go #81404). Here a
/// reader, a disposer and the server's answer start together, over and over; each of them must come back.
/// </summary>
public sealed class ReadAndCloseTests : WireTest
{
    private const int Rounds = 40;

    private readonly ConcurrentQueue<SyncPoint> _next = [];

    public static MatrixTheoryData<Scheme, Reading> SchemesAndReadings =>
        new(Enum.GetValues<Scheme>(), [Reading.WithToken, Reading.WithoutToken, Reading.Copying]);

    public static TheoryData<Reading> Readings => [.. Enum.GetValues<Reading>()];

    [Theory]
    [MemberData(nameof(SchemesAndReadings))]
    public async Task ReadAndDispose_AtOnce_BothReturn(Scheme scheme, Reading reading)
    {
        Serve(scheme, exchange => FinBlindScripts.StalledBody(Dequeue(), BodyFraming.Chunked, rest: 20_000)(exchange));
        WireClient client = Connect(new GracefulHttpOptions(), maxConnections: 4);

        await RaceAsync(client.Http, reading);

        await client.WaitForIdleAsync();
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task ReadAndDispose_AtOnceOverHttp2_BothReturn(Reading reading)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(AnswerAsync, Scheme.HttpsTls13.Tls(), http2: true);
        using var handler = new GracefulHttpHandler(new GracefulHttpOptions(), NewSocketsHandler());
        using var http = new HttpClient(handler)
        {
            BaseAddress = server.BaseAddress,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        await RaceAsync(http, reading);

        await handler.WaitForIdleAsync().WithinAsync();
    }

    private async Task RaceAsync(HttpClient http, Reading reading)
    {
        for (int round = 0; round < Rounds; round++)
        {
            var held = new SyncPoint();
            _next.Enqueue(held);
            using var caller = new CancellationTokenSource();
            using HttpResponseMessage response = await http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead).WithinAsync();
            await using Stream body = await response.Content.ReadAsStreamAsync();
            await held.ArrivedAsync();
            using var together = new Barrier(3);

            await Task.WhenAll(
                RunTogetherAsync(together, () => ReadAsync(body, reading, caller.Token)),
                RunTogetherAsync(together, response.Dispose),
                RunTogetherAsync(together, held.Release)).WithinAsync();
        }
    }

    /// <summary>Whole, or told that it is not; that it ends is what is asked here.</summary>
    private static async Task ReadAsync(Stream body, Reading reading, CancellationToken token)
    {
        Exception? e = await Record.ExceptionAsync(async () =>
        {
            byte[] buffer = new byte[1024];
            switch (reading)
            {
                case Reading.Blocking:
#pragma warning disable CA1849 // A blocked thread is what is under test.
                    while (body.Read(buffer) > 0)
#pragma warning restore CA1849
                    {
                    }

                    return;

                case Reading.Copying:
                    await body.CopyToAsync(Stream.Null, token).WithinAsync();
                    return;

                default:
                    CancellationToken used = reading == Reading.WithToken ? token : CancellationToken.None;
                    while (await body.ReadAsync(buffer, used).AsTask().WithinAsync() > 0)
                    {
                    }

                    return;
            }
        });
        e.ShouldNotBeOfType<TimeoutException>();
    }

    private static Task RunTogetherAsync(Barrier together, Action action) => RunTogetherAsync(together, () =>
    {
        action();
        return Task.CompletedTask;
    });

    /// <summary>Each begins on a thread of its own, so that no barrier waits for the thread pool.</summary>
    private static Task RunTogetherAsync(Barrier together, Func<Task> action) => Task.Factory.StartNew(
        () =>
        {
            together.SignalAndWait();
            return action();
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private SyncPoint Dequeue()
    {
        _next.TryDequeue(out SyncPoint? held).ShouldBeTrue();
        return held!;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        await context.Response.WriteAsync(new string('x', 10));
        await context.Response.Body.FlushAsync();
        await Dequeue().ArriveAsync();
        await context.Response.WriteAsync(new string('x', 20_000));
    }
}
