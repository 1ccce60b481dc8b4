using System.Net;
using GracefulHttp.TestKit;
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
