using System.Globalization;
using System.Security.Authentication;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.StressTests;

/// <summary>
/// Thousands of TLS responses cancelled while their records are being decrypted, from another thread: where a session that is
/// shut down beside a read corrupts native memory, and where the runtime disposes the stream inside <c>Cancel()</c>.
/// </summary>
public sealed class CancelledMidRecordTests : IAsyncLifetime
{
    private const int Workers = 8;
    private const int PieceSize = 16 * 1024;
    private const int Pieces = 16;

    // About as long as the decryption of a few records.
    private const int LongestSpin = 2000;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(SslProtocols.Tls12, 10_000)]
    [InlineData(SslProtocols.Tls13, 10_000)]
    public async Task UseGracefulClose_CancelledMidRecord_SurvivesWithoutResetAndLeavesNothingOpen(SslProtocols tls, int responses)
    {
        using var meters = new TestMeterFactory();
        using var recorder = new MeterRecorder(GracefulHttpTelemetry.Name, meters);
        SocketsHttpHandler sockets = NewHandler();
        sockets.MeterFactory = meters;

        Outcome outcome = await RunAsync(sockets.UseGracefulClose(), tls, responses, ends: () => Closing(recorder) == 0);

        outcome.Connections.ShouldBeGreaterThanOrEqualTo(responses);
        outcome.ResetsFromClient.ShouldBe(0, outcome.FlowsWithReset);
        recorder.Sum(GracefulHttpTelemetry.ConnectionsClosed, (GracefulHttpTelemetry.Outcome, "closed")).ShouldBe(outcome.Connections);
        recorder.Sum(GracefulHttpTelemetry.ConnectionsClosed).ShouldBe(outcome.Connections);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, 300)]
    [InlineData(SslProtocols.Tls13, 300)]
    public async Task PlainClient_CancelledMidRecord_Resets(SslProtocols tls, int responses)
    {
        Outcome outcome = await RunAsync(NewHandler(), tls, responses, ends: static () => true);

        outcome.ResetsFromClient.ShouldBeGreaterThan(0);
    }

    private static double Closing(MeterRecorder recorder) => recorder.Sum(GracefulHttpTelemetry.ConnectionsClosing);

    private static SocketsHttpHandler NewHandler() =>
        new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }.TrustTestCertificate();

    private static async Task<Outcome> RunAsync(SocketsHttpHandler handler, SslProtocols tls, int responses, Func<bool> ends)
    {
        // By the number of the request, which is its target: so that no body ends before its caller has left.
        SyncPoint[] left = [.. Enumerable.Range(0, responses).Select(_ => new SyncPoint())];
        await using FinBlindServer server = FinBlindServer.Start(exchange => AnswerAsync(exchange, left), tls);
        await using SegmentRecorder recorder = SegmentRecorder.Start(RecordingDetail.Edges, server.Port);
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        int next = -1;
        using (var client = new HttpClient(handler) { BaseAddress = server.BaseAddress })
        {
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
            {
                var random = new Random(seed + worker);
                while (Interlocked.Increment(ref next) is int number && number < responses)
                {
                    await CancelMidBodyAsync(client, number, random);
                    left[number].Release();
                }
            })));
        }

        await UntilAsync(() => ends() && KernelSocketTable.OpenSockets(server.Port) == 0);
        await recorder.SettleAsync();
        return new Outcome(recorder.ConnectionsOpened, recorder.ResetsFromClient, FlowsWithReset(recorder));
    }

    private static async Task AnswerAsync(FinBlindExchange exchange, SyncPoint[] left)
    {
        int number = int.Parse(exchange.Request.Target.AsSpan(1), CultureInfo.InvariantCulture);
        await exchange.WriteHeadAsync(BodyFraming.ContentLength, long.MaxValue);
        byte[] piece = new byte[PieceSize];
        for (int i = 0; i < Pieces; i++)
        {
            await exchange.WriteBodyAsync(piece);
        }

        // The server does not end the connection: of two that end at once, the second forgets it with its last ACK, and answers
        // what the first sends again on a busy machine with an RST of the kernel's.
        await left[number].ArriveAsync();
        await exchange.WriteBodyAsync(piece);
    }

    private static async Task CancelMidBodyAsync(HttpClient client, int number, Random random)
    {
        using var caller = new CancellationTokenSource();
        using HttpResponseMessage response = await client.GetAsync(
            new Uri(string.Create(CultureInfo.InvariantCulture, $"/{number}"), UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[random.Next(1, 2 * PieceSize)];
        int spins = random.Next(LongestSpin);
        Task canceller = Task.Run(() =>
        {
            Thread.SpinWait(spins);
            caller.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await body.ReadAsync(buffer, caller.Token) > 0)
            {
            }
        });
        await canceller;
    }

    private static string FlowsWithReset(SegmentRecorder recorder) => string.Join(
        "\n\n",
        recorder.Segments.Where(segment => segment.IsReset && segment.FromClient).Select(segment => segment.ClientPort).Distinct()
            .Select(port => string.Join('\n', recorder.Flow(port))));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default, TimeProvider.System);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <param name="Connections">Connections opened.</param>
    /// <param name="ResetsFromClient">RST segments.</param>
    /// <param name="FlowsWithReset">The edges of the connections that these belong to, to be read by a person.</param>
    private sealed record Outcome(long Connections, long ResetsFromClient, string FlowsWithReset);
}
