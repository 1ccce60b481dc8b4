using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Abandonment;

public sealed class ReadingTheBodyTests
{
    private static readonly byte[] Three = [1, 2, 3];

    [Fact]
    public async Task Content_NotAbandoned_KeepsHeadersLengthAndBytes()
    {
        using var fixture = new MessageLayerFixture();
        using HttpResponseMessage response = await fixture.GetHeadersAsync(length: 3);

        response.Content.Headers.ContentLength.ShouldBe(3);
        response.Content.Headers.GetValues("X-Two").ShouldBe(["a", "b"]);
        fixture.Body.Give(Three);
        fixture.Body.End();
        (await response.Content.ReadAsByteArrayAsync().WithinAsync()).ShouldBe(Three);
        fixture.Outcomes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Content_ReadTwice_ThrowsAsTheRuntimesDoes()
    {
        using var fixture = new MessageLayerFixture();
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        fixture.Body.End();
        await response.Content.CopyToAsync(Stream.Null).WithinAsync();

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => response.Content.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task ReadAsync_TokenCannotFire_ReadsStraightIntoTheCallersBuffer()
    {
        using var fixture = new MessageLayerFixture();
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[8];
        fixture.Body.Give(Three);

        (await stream.ReadAsync(buffer)).ShouldBe(3);

        fixture.Body.LastBuffer.Equals(buffer.AsMemory()).ShouldBeTrue();
        buffer.Take(3).ShouldBe(Three);
        fixture.Body.End();
    }

    [Fact]
    public async Task ReadAsync_Cancelled_CallerLeavesAtOnceAndItsBufferIsNeverTouchedAgain()
    {
        using var fixture = new MessageLayerFixture();
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        byte[] buffer = new byte[8];
        Task<int> reading = stream.ReadAsync(buffer, caller.Token).AsTask();
        await fixture.Body.Reading.WaitAsync().WithinAsync();

        await caller.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WithinAsync());
        thrown.CancellationToken.ShouldBe(caller.Token);
        fixture.Body.Give(Three);
        fixture.Body.End();
        await fixture.EndAsync();
        buffer.ShouldAllBe(b => b == 0);
        fixture.Outcomes.ShouldBe(["drained"]);
        fixture.Body.Cancelled.Task.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task ReadAsync_CancelledUnderClose_InnerReadIsCancelled()
    {
        using var fixture = new MessageLayerFixture(o => o.Strategy = AbandonStrategy.Close);
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        Task<int> reading = stream.ReadAsync(new byte[8], caller.Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WithinAsync());
        await fixture.EndAsync();
        fixture.Body.Cancelled.Task.IsCompleted.ShouldBeTrue();
        fixture.Body.Disposed.Task.IsCompleted.ShouldBeTrue();
        fixture.Outcomes.ShouldBe(["closed"]);
    }

    [Fact]
    public async Task ReadAsync_TokenFiresAfterTheRead_NextReadWithAnotherTokenIsNotHit()
    {
        using var fixture = new MessageLayerFixture();
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        byte[] buffer = new byte[8];
        Task<int> reading = stream.ReadAsync(buffer, first.Token).AsTask();
        fixture.Body.Give(1);
        (await reading.WithinAsync()).ShouldBe(1);
        reading = stream.ReadAsync(buffer, second.Token).AsTask();

        await first.CancelAsync();
        fixture.Body.Give(2);

        (await reading.WithinAsync()).ShouldBe(1);
        buffer[0].ShouldBe((byte)2);
        fixture.Body.End();
        (await stream.ReadAsync(buffer).AsTask().WithinAsync()).ShouldBe(0);
        fixture.Outcomes.ShouldBeEmpty();
    }

    [Fact]
    public async Task ReadAsync_ZeroBytes_WaitsAndConsumesNothing()
    {
        using var fixture = new MessageLayerFixture();
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        Task<int> waiting = stream.ReadAsync(Memory<byte>.Empty, caller.Token).AsTask();
        waiting.IsCompleted.ShouldBeFalse();

        fixture.Body.Give(Three);
        (await waiting.WithinAsync()).ShouldBe(0);

        byte[] buffer = new byte[8];
        (await stream.ReadAsync(buffer, caller.Token)).ShouldBe(3);
        fixture.Body.End();
        (await stream.ReadAsync(buffer, caller.Token)).ShouldBe(0);
    }

    [Fact]
    public async Task Dispose_AfterAZeroByteRead_GoesByTheLadder()
    {
        using var fixture = new MessageLayerFixture(o => o.Strategy = AbandonStrategy.Close);
        HttpResponseMessage response = await fixture.GetHeadersAsync(length: 3);
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        Task<int> waiting = stream.ReadAsync(Memory<byte>.Empty, caller.Token).AsTask();
        fixture.Body.Give(1);
        await waiting.WithinAsync();

        response.Dispose();
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBe(["closed"]);
        fixture.Body.Cancelled.Task.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Dispose_InTheInstantInWhichAReadStarts_NeitherThrowsNorLosesTheRead()
    {
        for (int round = 0; round < 500; round++)
        {
            using var fixture = new MessageLayerFixture();
            HttpResponseMessage response = await fixture.GetHeadersAsync();
            Stream stream = await response.Content.ReadAsStreamAsync();
            using var caller = new CancellationTokenSource();
            byte[] buffer = new byte[8];
            fixture.Body.Give(1);
            (await stream.ReadAsync(buffer, caller.Token)).ShouldBe(1);
            using var together = new Barrier(2);
            Task disposing = Task.Run(() =>
            {
                together.SignalAndWait(TestContext.Current.CancellationToken);
                response.Dispose();
            });

            together.SignalAndWait(TestContext.Current.CancellationToken);
            Task<int> reading = ReadAsync();

            await disposing.WithinAsync();
            await Task.WhenAny(reading).WithinAsync();
            fixture.Body.End();
            await fixture.EndAsync();

            // Where the dispose was first, the read throws at once.
            async Task<int> ReadAsync() => await stream.ReadAsync(buffer, caller.Token);
        }
    }

    [Fact]
    public async Task CopyToAsync_TokenAlreadyFired_AbandonsNothing()
    {
        using var fixture = new MessageLayerFixture();
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.CopyToAsync(Stream.Null, new CancellationToken(canceled: true)));

        fixture.Body.Give(Three);
        (await stream.ReadAsync(new byte[8])).ShouldBe(3);
        fixture.Body.End();
    }

    [Fact]
    public async Task Dispose_AfterTheBodyFailed_IsNoAbandonment()
    {
        using var fixture = new MessageLayerFixture();
        HttpResponseMessage response = await fixture.GetHeadersAsync();
        fixture.Body.Fail(new IOException("truncated"));
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.CopyToAsync(Stream.Null));

        response.Dispose();
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBeEmpty();
        fixture.Body.Disposed.Task.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task GetStringAsync_CancelledWhileBuffering_IsDrained()
    {
        using var fixture = new MessageLayerFixture();
        using var caller = new CancellationTokenSource();
        Task<string> getting = fixture.Client.GetStringAsync("http://test/", caller.Token);
        fixture.Answer(6);
        fixture.Body.Give(Three);
        await fixture.Body.Reading.WaitAsync().WithinAsync();
        await fixture.Body.Reading.WaitAsync().WithinAsync();

        await caller.CancelAsync();

        (await Assert.ThrowsAnyAsync<TaskCanceledException>(() => getting.WithinAsync())).CancellationToken.ShouldBe(caller.Token);
        fixture.Body.Give(Three);
        fixture.Body.End();
        await fixture.EndAsync();
        fixture.Outcomes.ShouldBe(["drained"]);
    }

    [Fact]
    public async Task CopyToAsync_CancelledDuringAWriteToTheDestination_IsAbandonedAfterTheWrite()
    {
        using var fixture = new MessageLayerFixture();
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        using var caller = new CancellationTokenSource();
        var destination = new HeldStream();
        fixture.Body.Give(Three);
        Task copying = response.Content.CopyToAsync(destination, caller.Token);
        await destination.Held.ArrivedAsync();

        await caller.CancelAsync();
        copying.IsCompleted.ShouldBeFalse("our buffer is the destination's until its write ends");
        destination.Held.Release();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => copying.WithinAsync());
        destination.Written.ShouldBe(Three);
        fixture.Body.End();
        await fixture.EndAsync();
    }

    [Fact]
    public async Task Dispose_BodyHasArrived_IsTakenAtOnceAndNothingIsAbandoned()
    {
        using var fixture = new MessageLayerFixture();
        HttpResponseMessage response = await fixture.GetHeadersAsync(3);
        fixture.Body.Give(Three);
        fixture.Body.End();

        response.Dispose();

        fixture.Body.Disposed.Task.IsCompleted.ShouldBeTrue();
        fixture.Outcomes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Dispose_BodyStillToCome_IsDrained()
    {
        using var fixture = new MessageLayerFixture();
        HttpResponseMessage response = await fixture.GetHeadersAsync(3);

        response.Dispose();
        response.Dispose();
        fixture.Body.Disposed.Task.IsCompleted.ShouldBeFalse();
        fixture.Body.Give(Three);
        fixture.Body.End();
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBe(["drained"]);
        fixture.Body.Disposed.Task.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Dispose_WhileAReadWaits_EndsTheReadAndDrains()
    {
        using var fixture = new MessageLayerFixture();
        HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        Task<int> reading = stream.ReadAsync(new byte[8], caller.Token).AsTask();

        await stream.DisposeAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => reading.WithinAsync());
        fixture.Body.End();
        await fixture.EndAsync();
        fixture.Outcomes.ShouldBe(["drained"]);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[8]).AsTask());
    }

    [Fact]
    public async Task Dispose_WhileADirectReadWaits_EndsItWithTheConnection()
    {
        using var fixture = new MessageLayerFixture();
        HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        Task<int> reading = stream.ReadAsync(new byte[8]).AsTask();

        response.Dispose();

        await Assert.ThrowsAnyAsync<IOException>(() => reading.WithinAsync());
        await fixture.EndAsync();
        fixture.Outcomes.ShouldBe(["closed"]);
        fixture.Body.Disposed.Task.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task ReadAsync_KnownRemainderOverDrainSize_IsClosedAtOnce()
    {
        using var fixture = new MessageLayerFixture(o => o.MaxDrainSize = 1000);
        using HttpResponseMessage response = await fixture.GetHeadersAsync(length: 2000);
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        Task<int> reading = stream.ReadAsync(new byte[8], caller.Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WithinAsync());
        await fixture.EndAsync();
        fixture.Outcomes.ShouldBe(["drain_size"]);
        fixture.Body.Cancelled.Task.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task ReadAsync_EndlessDrip_EndsWithTheDrainTimeout()
    {
        using var fixture = new MessageLayerFixture(o => o.DrainTimeout = TimeSpan.FromSeconds(5));
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        Task<int> reading = stream.ReadAsync(new byte[8], caller.Token).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WithinAsync());
        await fixture.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(5));

        for (int i = 0; i < 5; i++)
        {
            fixture.Body.Give(1);
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await fixture.EndAsync();
        fixture.Outcomes.ShouldBe(["drain_timeout"]);
        fixture.Body.Disposed.Task.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Read_InnerStreamFails_CallerSeesItsException()
    {
        using var fixture = new MessageLayerFixture();
        using HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        var failure = new IOException("reset");
        Task<int> reading = stream.ReadAsync(new byte[8], caller.Token).AsTask();

        fixture.Body.Fail(failure);

        (await Assert.ThrowsAnyAsync<IOException>(() => reading.WithinAsync())).ShouldBeSameAs(failure);
    }
}
