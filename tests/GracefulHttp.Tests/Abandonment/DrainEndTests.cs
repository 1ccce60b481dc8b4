using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.CompilerServices;
using GracefulHttp.Abandonment;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>How a drain ends: what it leaves behind, and what it counts for.</summary>
public sealed class DrainEndTests
{
    // Within the burst; the first three are free, the others must stay under half of what was completed.
    private const int Resets = 8;

    [Theory]
    [InlineData(HttpStatusCode.NotModified)]
    [InlineData(HttpStatusCode.NoContent)]
    public async Task Drain_AnswerTellsALengthButHasNoBody_IsDrained(HttpStatusCode status)
    {
        using var fixture = new MessageLayerFixture(o => o.MaxDrainSize = 1000);
        using var caller = new CancellationTokenSource();
        Task sending = fixture.Client.GetAsync("http://test/", caller.Token);
        await fixture.Sent.Task.WithinAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());

        fixture.Body.End();
        fixture.Answer(length: 5_000_000, status);
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBe(["drained"]);
    }

    [Fact]
    public async Task Drain_NoNewDrainsSinceCancelHasReturned_IsDrained()
    {
        var shared = new ClientState(new GracefulHttpOptions(), NullLogger.Instance);
        using var logs = new RecordingLoggerFactory();
        var answer = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        using GracefulHttpHandler handler = GracefulHttpHandler.For(shared, logs, meterFactory: null, TimeProvider.System);
        handler.InnerHandler = new StubHandler((_, _) => answer.Task);
        using var client = new HttpClient(handler, disposeHandler: false);
        using var caller = new CancellationTokenSource();
        Task sending = client.GetAsync("http://test/", caller.Token);

        // Inside that call, not by the job: who is let go may stop the host.
        caller.Cancel();
        shared.Drains.RefuseDrains();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());
        answer.SetResult(new HttpResponseMessage());
        await handler.WaitForIdleAsync().WithinAsync();
        logs.Records.Where(r => r.Id.Name == "RequestEnded").Select(r => r.Values["Outcome"]).ShouldBe(["drained"]);
    }

    [Fact]
    public async Task Drain_ListenerIsStuck_HoldsNeitherCallerNorCanceller()
    {
        using var fixture = new MessageLayerFixture();
        using var released = new ManualResetEventSlim();
        using var stuck = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, fixture.Meters))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        stuck.SetMeasurementEventCallback<long>((_, _, _, _) => released.Wait());
        stuck.SetMeasurementEventCallback<int>((_, _, _, _) => released.Wait());
        stuck.Start();
        using var caller = new CancellationTokenSource();
        Task sending = fixture.Client.GetAsync("http://test/", caller.Token);
        await fixture.Sent.Task.WithinAsync();

        await Task.Run(caller.Cancel).WithinAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());

        released.Set();
        fixture.Body.End();
        fixture.Answer();
        await fixture.EndAsync();
        fixture.Metrics.Sum(GracefulHttpTelemetry.DrainsActive).ShouldBe(0);
    }

    [Theory]
    [InlineData(AbandonStrategy.Close, "closed")]
    [InlineData(AbandonStrategy.Abort, "aborted")]
    public async Task NoDrain_HandlerThatMayGoOnSending_IsCancelledWhenCancelHasReturned(AbandonStrategy strategy, string outcome)
    {
        using var fixture = new MessageLayerFixture(o => o.Strategy = strategy);
        using var caller = new CancellationTokenSource();
        Task sending = fixture.Client.GetAsync("http://test/", caller.Token);
        await fixture.Sent.Task.WithinAsync();

        // Behind its caller it could still follow a redirect.
        caller.Cancel();
        bool isCancelled = fixture.InnerToken.IsCancellationRequested;

        isCancelled.ShouldBeTrue();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());
        await fixture.EndAsync();
        fixture.Outcomes.ShouldBe([outcome]);
    }

    [Fact]
    public async Task EventStream_ReadCancelledOverHttp2_LeavesNoUnobservedException()
    {
        int unobserved = 0;

        // Of cancelled reads: other tests run beside this one.
        void Count(object? sender, UnobservedTaskExceptionEventArgs e) =>
            Interlocked.Add(ref unobserved, e.Exception.InnerException is OperationCanceledException ? 1 : 0);

        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            for (int i = 0; i < 5; i++)
            {
                await AbandonEventStreamAsync();
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }

        unobserved.ShouldBe(0);
    }

    [Fact]
    public async Task Http2_DrainedToTheEnd_CountsAsACompletedStream()
    {
        using var logs = new RecordingLoggerFactory();
        var body = new ScriptedBody();
        TaskCompletionSource<HttpResponseMessage> answer = new();
        using var handler = new GracefulHttpHandler(new GracefulHttpOptions(), new StubHandler((_, _) => answer.Task))
        {
            TimeProvider = new FakeTimeProvider(),
            LoggerFactory = logs,
        };
        using var client = new HttpClient(handler);
        for (int i = 0; i < 2 * Resets; i++)
        {
            answer = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var caller = new CancellationTokenSource();
            Task sending = client.GetAsync("http://test/", caller.Token);
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());
            answer.SetResult(new HttpResponseMessage { Version = HttpVersion.Version20, Content = new ByteArrayContent([1]) });
            await handler.WaitForIdleAsync().WithinAsync();
        }

        for (int i = 0; i < Resets; i++)
        {
            answer = new TaskCompletionSource<HttpResponseMessage>();
            answer.SetResult(new HttpResponseMessage { Version = HttpVersion.Version20, Content = new StreamContent(body) });
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/").SetAbandonStrategy(AbandonStrategy.Close);
            (await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithinAsync()).Dispose();

            // The clock stands still: a stream that is let run would never end.
            await handler.WaitForIdleAsync().WithinAsync();
        }

        logs.Records.Count(r => r.Id.Name == "RequestEnded" && (string)r.Values["Outcome"]! == "closed").ShouldBe(Resets);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task AbandonEventStreamAsync()
    {
        using var fixture = new MessageLayerFixture { AnswerVersion = HttpVersion.Version20, AnswerType = "text/event-stream" };
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        Task<int> reading = stream.ReadAsync(new byte[8], caller.Token).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WithinAsync());
        await fixture.EndAsync();
        fixture.Body.Cancelled.Task.IsCompleted.ShouldBeTrue();
    }
}
