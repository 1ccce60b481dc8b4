using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Abandonment;

public sealed class WaitingForHeadersTests
{
    [Theory]
    [InlineData(AbandonStrategy.Drain)]
    [InlineData(AbandonStrategy.Close)]
    [InlineData(AbandonStrategy.Abort)]
    public async Task SendAsync_Cancelled_CallerLeavesAtOnceWithItsOwnToken(AbandonStrategy strategy)
    {
        using var fixture = new MessageLayerFixture(o => o.Strategy = strategy);
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> sending = fixture.Client.GetAsync("http://test/", caller.Token);
        await fixture.Sent.Task.WithinAsync();

        await caller.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<TaskCanceledException>(() => sending.WithinAsync());
        thrown.CancellationToken.ShouldBe(caller.Token);
        fixture.Answer();
        fixture.Body.End();
        await fixture.EndAsync();
    }

    [Fact]
    public async Task SendAsync_HttpClientTimeout_KeepsItsShape()
    {
        using var fixture = new MessageLayerFixture();
        fixture.Client.Timeout = TimeSpan.FromMilliseconds(1);

        var thrown = await Assert.ThrowsAnyAsync<TaskCanceledException>(() => fixture.Client.GetAsync("http://test/").WithinAsync());

        thrown.InnerException.ShouldBeOfType<TimeoutException>();
        fixture.Answer();
        fixture.Body.End();
        await fixture.EndAsync();
    }

    [Fact]
    public async Task SendAsync_CancelledUnderDrain_InnerRequestGoesOnAndIsReadToItsEnd()
    {
        using var fixture = new MessageLayerFixture();
        await AbandonAsync(fixture);

        fixture.InnerToken.IsCancellationRequested.ShouldBeFalse();
        fixture.Answer();
        fixture.Body.Give(1, 2, 3);
        fixture.Body.End();
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBe(["drained"]);
        fixture.Body.Disposed.Task.IsCompleted.ShouldBeTrue();
        fixture.InnerToken.IsCancellationRequested.ShouldBeFalse();
    }

    [Theory]
    [InlineData(AbandonStrategy.Close, "closed")]
    [InlineData(AbandonStrategy.Abort, "aborted")]
    public async Task SendAsync_CancelledUnderCloseOrAbort_InnerRequestIsCancelled(AbandonStrategy strategy, string outcome)
    {
        using var fixture = new MessageLayerFixture(o => o.Strategy = strategy);

        await AbandonAsync(fixture);
        await fixture.EndAsync();

        fixture.InnerToken.IsCancellationRequested.ShouldBeTrue();
        fixture.Outcomes.ShouldBe([outcome]);
    }

    [Fact]
    public async Task SendAsync_NoAnswerWithinDrainTimeout_IsClosed()
    {
        using var fixture = new MessageLayerFixture(o => o.DrainTimeout = TimeSpan.FromSeconds(3));
        await AbandonAsync(fixture);
        await fixture.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(3));

        fixture.Clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        fixture.InnerToken.IsCancellationRequested.ShouldBeFalse();
        fixture.Clock.Advance(TimeSpan.FromTicks(1));
        await fixture.EndAsync();

        fixture.InnerToken.IsCancellationRequested.ShouldBeTrue();
        fixture.Outcomes.ShouldBe(["drain_timeout"]);
    }

    [Fact]
    public async Task SendAsync_NoDrainAllowed_IsClosed()
    {
        using var fixture = new MessageLayerFixture(o => o.MaxConcurrentDrains = 0);

        await AbandonAsync(fixture);
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBe(["drain_refused"]);
        fixture.InnerToken.IsCancellationRequested.ShouldBeTrue();
    }

    [Theory]
    [InlineData(100L)]
    [InlineData(null)]
    public async Task SendAsync_AnswerLargerThanDrainSize_IsClosed(long? length)
    {
        using var fixture = new MessageLayerFixture(o => o.MaxDrainSize = 99);
        await AbandonAsync(fixture);

        fixture.Answer(length);
        fixture.Body.Give(new byte[100]);
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBe(["drain_size"]);
        fixture.Body.Cancelled.Task.IsCompleted.ShouldBeTrue("a read that waits is what closes the connection");
        fixture.Body.Disposed.Task.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task SendAsync_AnswerOfExactlyDrainSize_IsDrained()
    {
        using var fixture = new MessageLayerFixture(o => o.MaxDrainSize = 100);
        await AbandonAsync(fixture);

        fixture.Answer(100);
        fixture.Body.Give(new byte[100]);
        fixture.Body.End();
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBe(["drained"]);
    }

    [Fact]
    public async Task SendAsync_AnswerFailsWhileDrained_IsNobodysException()
    {
        using var fixture = new MessageLayerFixture();
        await AbandonAsync(fixture);

        fixture.Fail(new HttpRequestException("reset"));
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBe(["failed"]);
        fixture.Logs.Records.ShouldNotContain(r => r.Id.Name == "BackgroundWorkFailed");
    }

    [Fact]
    public async Task SendAsync_NotAbandoned_GivesWhatTheInnerHandlerGives()
    {
        using var fixture = new MessageLayerFixture();
        var failure = new HttpRequestException("no route");
        Task<HttpResponseMessage> sending = fixture.Client.GetAsync("http://test/");
        fixture.Fail(failure);

        (await Assert.ThrowsAnyAsync<HttpRequestException>(() => sending.WithinAsync())).ShouldBeSameAs(failure);
        fixture.Outcomes.ShouldBeEmpty();
    }

    [Fact]
    public async Task SendAsync_Disabled_PassesTheCallersTokenOn()
    {
        using var fixture = new MessageLayerFixture(o => o.Enabled = false);
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> sending = fixture.Client.GetAsync("http://test/", caller.Token);
        await fixture.Sent.Task.WithinAsync();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());
        fixture.InnerToken.IsCancellationRequested.ShouldBeTrue();
        fixture.Outcomes.ShouldBeEmpty();
    }

    [Fact]
    public async Task SendAsync_TokenAlreadyFired_NothingIsSent()
    {
        using var fixture = new MessageLayerFixture();
        using var invoker = new HttpMessageInvoker(fixture.Handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invoker.SendAsync(request, new CancellationToken(canceled: true)));

        fixture.Stub.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task SendAsync_CancelledInsideCancel_CallersCodeDoesNotRunThere()
    {
        using var fixture = new MessageLayerFixture();
        using var caller = new CancellationTokenSource();
        using var invoker = new HttpMessageInvoker(fixture.Handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        int canceller = 0;
        int continued = 0;
        bool cancelling = false;
        async Task CallAsync()
        {
            try
            {
                await invoker.SendAsync(request, caller.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                continued = Volatile.Read(ref cancelling) && Environment.CurrentManagedThreadId == canceller ? 1 : 2;
            }
        }

        Task call = CallAsync();
        await fixture.Sent.Task.WithinAsync();
        canceller = Environment.CurrentManagedThreadId;
        Volatile.Write(ref cancelling, true);
#pragma warning disable VSTHRD103, CA1849 // Cancel() itself is under test.
        caller.Cancel();
#pragma warning restore VSTHRD103, CA1849
        Volatile.Write(ref cancelling, false);
        await call.WithinAsync();

        continued.ShouldBe(2);
        fixture.Answer();
        fixture.Body.End();
        await fixture.EndAsync();
    }

    private static async Task AbandonAsync(MessageLayerFixture fixture)
    {
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> sending = fixture.Client.GetAsync("http://test/", caller.Token);
        await fixture.Sent.Task.WithinAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());
    }
}
