using System.Net;
using GracefulHttp.TestKit;

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
}
