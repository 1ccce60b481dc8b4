using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Time;
using GracefulHttp.TestKit.Wire;
using GracefulHttp.WireTests.Endings;

namespace GracefulHttp.WireTests.Lessons;

/// <summary>
/// curl had a timeout for the shutdown of connections, and paths on which it was never armed (curl/curl #17135). Whatever ends a
/// connection of ours, its peer has the linger timeout and no more: until then nothing ends, with it everything does.
/// </summary>
public sealed class ArmedLingerTests : WireTest
{
    private static readonly TimeSpan FinGrace = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _clock = new();

    public static MatrixTheoryData<Scheme, WayToClose> SchemesAndWays => new(Enum.GetValues<Scheme>(), Enum.GetValues<WayToClose>());

    [Theory]
    [MemberData(nameof(SchemesAndWays))]
    public async Task Connection_EndsInAnyWay_LingersForTheLingerTimeoutAndNoLonger(Scheme scheme, WayToClose way)
    {
        ExpectedWarning = "linger_timeout";
        GracefulHttpOptions options = OptionsFor(way);
        Serve(scheme, PhaseOf(way).HeldScript(Held), AnswerUploadWithoutReadingAsync, RecordingDetail.EverySegment);
        WireClient client = Connect(options, _clock);

        await EndAsync(client, way, options);
        if (way == WayToClose.LeftWhileSending && scheme != Scheme.Http)
        {
            // Between two writes nothing is in flight, as on an idle connection, whose peer may be about to end it.
            await _clock.WaitForTimerAsync(FinGrace);
            _clock.Advance(FinGrace);
        }

        await Recorder.WaitForAcknowledgedFinsAsync(1);
        Task idle = client.WaitForIdleAsync();
        await _clock.WaitForTimerAsync();
        _clock.Advance(options.LingerTimeout - TimeSpan.FromSeconds(1));
        await Recorder.SettleAsync();
        idle.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(2));

        await idle;
        Held.IsReleased.ShouldBeFalse();
    }

    private static Phase PhaseOf(WayToClose way) =>
        way is WayToClose.LeftBeforeTheHeaders or WayToClose.DrainTimeout ? Phase.Headers : Phase.ContentLengthBody;

    private static GracefulHttpOptions OptionsFor(WayToClose way)
    {
        var options = new GracefulHttpOptions { LingerTimeout = TimeSpan.FromMinutes(5) };
        switch (way)
        {
            case WayToClose.DrainTimeout:
                break;
            case WayToClose.DrainSize:
                options.MaxDrainSize = 1;
                break;
            case WayToClose.DrainRefused:
                options.MaxConcurrentDrains = 0;
                break;
            default:
                options.Strategy = AbandonStrategy.Close;
                break;
        }

        return options;
    }

    private async Task AnswerUploadWithoutReadingAsync(FinBlindExchange exchange)
    {
        if (exchange.Request.Method == "POST")
        {
            await Held.ArriveAsync();
            exchange.CloseAfterwards();
        }
    }

    private async Task EndAsync(WireClient client, WayToClose way, GracefulHttpOptions options)
    {
        switch (way)
        {
            case WayToClose.Disposed:
                (await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead)).Dispose();
                return;

            case WayToClose.DisposedUnderABlockedRead:
                await DisposeUnderABlockedReadAsync(client);
                return;

            case WayToClose.LeftWhileSending:
                // So few that the server's receive buffer takes them all: behind what it does not take the FIN would be stuck.
                using (var upload = new HeldUpload(firstBytes: 10_000))
                {
                    await client.AbandonAsync(Held, (http, token) => http.PostAsync("/held", upload, token), upload.Held.ArrivedAsync());
                }

                return;

            case WayToClose.DrainTimeout:
                await client.AbandonAsync(Held, Phase.Headers);
                await _clock.WaitForTimerAsync(options.DrainTimeout);
                _clock.Advance(options.DrainTimeout);
                return;

            default:
                await client.AbandonAsync(Held, PhaseOf(way), ClientCall.ReadAsync);
                return;
        }
    }

    private async Task DisposeUnderABlockedReadAsync(WireClient client)
    {
        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[10]);
        Task<Exception?> reading = Task.Factory.StartNew(
            () => Record.Exception(() => body.ReadExactly(new byte[1])),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Recorder.SettleAsync();
        response.Dispose();
        (await reading.WithinAsync()).ShouldNotBeNull();
    }
}
