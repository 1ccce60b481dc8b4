using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>Contents that come from a handler of the user's: a cache, a stub, something that decodes.</summary>
public sealed class ForeignContentTests
{
    public static TheoryData<HttpContent> Buffered =>
    [
        new StringContent("12345"),
        new ByteArrayContent(new byte[5]),
        new FormUrlEncodedContent([new("a", "b")]),
        new ReadOnlyMemoryContent(new byte[5]),
    ];

    [Theory]
    [MemberData(nameof(Buffered), DisableDiscoveryEnumeration = true)]
    public async Task Content_HasNothingLeftToCome_IsNotWrapped(HttpContent content)
    {
        using HttpMessageInvoker invoker = Over(content);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        using HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None);

        response.Content.ShouldBeSameAs(content);
    }

    [Fact]
    public async Task Dispose_ForeignContentNeverOpened_IsDisposedAndNotOpened()
    {
        var content = new PushContent();
        using HttpMessageInvoker invoker = Over(content);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None);

        response.Dispose();

        content.IsDisposed.ShouldBeTrue();
        content.Writes.ShouldBe(0, "opening it would have buffered all of it");
    }

    [Fact]
    public async Task SendAsync_LeftBeforeAForeignContentCame_IsDisposedAndNotOpened()
    {
        var content = new PushContent();
        var answer = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var handler = new GracefulHttpHandler(new GracefulHttpOptions(), new StubHandler((_, _) => answer.Task));
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> call = invoker.SendAsync(request, caller.Token);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
        answer.SetResult(new HttpResponseMessage { Content = content });

        await handler.WaitForIdleAsync().WithinAsync();
        content.IsDisposed.ShouldBeTrue();
        content.Writes.ShouldBe(0, "opening it would have buffered all of it");
    }

    /// <summary>As a stub does that was not told what to answer.</summary>
    [Fact]
    public async Task SendAsync_HandlerBelowReturnsNull_SaysSo()
    {
        Task<HttpResponseMessage>? nothing = null;
        using var handler = new GracefulHttpHandler(new GracefulHttpOptions(), new StubHandler((_, _) => nothing!));
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => invoker.SendAsync(request, CancellationToken.None).WithinAsync());

        thrown.Message.ShouldContain(nameof(StubHandler));
    }

    /// <summary>What cannot be disposed is reported, and holds neither the canceller nor the read that is left.</summary>
    [Fact]
    public async Task ReadAsync_LeftOnAStreamWhoseContentCannotBeDisposed_EndsAllTheSame()
    {
        var body = new ScriptedBody();
        var logs = new RecordingLoggerFactory();
        var options = new GracefulHttpOptions { Strategy = AbandonStrategy.Abort };
        using var handler = new GracefulHttpHandler(options, new StubHandler(_ => new HttpResponseMessage
        {
            Version = HttpVersion.Version20,
            Content = new UndisposableContent(body),
        }))
        { LoggerFactory = logs };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None);
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        Task read = stream.ReadAsync(new byte[8], caller.Token).AsTask();
        await body.Reading.WaitAsync().WithinAsync();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WithinAsync());
        await handler.WaitForIdleAsync().WithinAsync();
        logs.Records.ShouldContain(record => record.Id.Name == "BackgroundWorkFailed");
    }

    /// <summary>Its drain is over when it is to be closed: a stream that ignores its token keeps its place no longer.</summary>
    [Fact]
    public async Task Drain_OverItsSizeOnAStreamThatIgnoresItsToken_GivesItsPlaceBack()
    {
        var options = new GracefulHttpOptions { MaxDrainSize = 10, MaxConcurrentDrains = 1 };
        var deaf = new DeafStream();
        var answers = new Queue<Task<HttpResponseMessage>>();
        var logs = new RecordingLoggerFactory();
        using var handler = new GracefulHttpHandler(options, new StubHandler((_, _) => answers.Dequeue())) { LoggerFactory = logs };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await LeaveAsync(new HttpResponseMessage { Content = new StreamContent(deaf) });
        await deaf.IsStuck.WithinAsync();

        await LeaveAsync(new HttpResponseMessage { Content = new StringContent("") });

        await logs.WaitForAsync(record => record.Id.Name == "RequestEnded");
        logs.Records.Single(record => record.Id.Name == "RequestEnded").Values["Outcome"].ShouldBe("drained");
        deaf.End();
        await handler.WaitForIdleAsync().WithinAsync();

        async Task LeaveAsync(HttpResponseMessage later)
        {
            var answer = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
            answers.Enqueue(answer.Task);
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
            using var caller = new CancellationTokenSource();
            Task<HttpResponseMessage> call = invoker.SendAsync(request, caller.Token);
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
            answer.SetResult(later);
        }
    }

    [Theory]
    [InlineData(AbandonStrategy.Drain)]
    [InlineData(AbandonStrategy.Close)]
    [InlineData(AbandonStrategy.Abort)]
    public async Task ReadAsync_LeftWhileAForeignContentOpens_OpeningIsEnded(AbandonStrategy strategy)
    {
        var clock = new FakeTimeProvider();
        var content = new NeverOpenContent();
        var options = new GracefulHttpOptions { Strategy = strategy };
        using var handler = new GracefulHttpHandler(options, new StubHandler(_ => new HttpResponseMessage { Content = content })) { TimeProvider = clock };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        using HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None);
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        Task read = stream.ReadAsync(new byte[8], caller.Token).AsTask();
        await content.Opening.Task.WithinAsync();

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WithinAsync());
        if (strategy == AbandonStrategy.Drain)
        {
            await clock.WaitForTimerAsync(options.DrainTimeout);
            clock.Advance(options.DrainTimeout);
        }

        await handler.WaitForIdleAsync().WithinAsync();
    }

    private static HttpMessageInvoker Over(HttpContent content) =>
        new(new GracefulHttpHandler(new GracefulHttpOptions(), new StubHandler(_ => new HttpResponseMessage { Content = content })));

    /// <summary>Knows only how to write itself, so that opening it means to buffer it.</summary>
    private sealed class PushContent : HttpContent
    {
        public int Writes { get; private set; }

        public bool IsDisposed { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            Writes++;
            return stream.WriteAsync(new byte[10]).AsTask();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    /// <summary>Brings more than a drain may have, and then nothing, whatever token it is given.</summary>
    private sealed class DeafStream : MemoryStream
    {
        private readonly TaskCompletionSource _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<int> _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _hasBegun;

        public Task IsStuck => _stuck.Task;

        public void End() => _rest.SetResult(0);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_hasBegun)
            {
                _hasBegun = true;
                return new(11);
            }

            _stuck.TrySetResult();
            return new(_rest.Task);
        }
    }

    private sealed class UndisposableContent(Stream stream) : StreamContent(stream)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            throw new InvalidOperationException("This content cannot be disposed.");
        }
    }

    /// <summary>Opens asynchronously only, and never; its token ends that.</summary>
    private sealed class NeverOpenContent : HttpContent
    {
        public TaskCompletionSource Opening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
        {
            Opening.SetResult();
            return new TaskCompletionSource<Stream>().Task.WaitAsync(cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
