using System.Net;
using GracefulHttp.Abandonment;
using GracefulHttp.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>On which rung a request starts that waits for its headers, by what is known of it.</summary>
public sealed class LadderTests
{
    [Theory]
    [InlineData(SendProgress.NotSeen, false, Rung.Unsend)]
    [InlineData(SendProgress.NotSeen, true, Rung.Unsend)]
    [InlineData(SendProgress.Serialized, false, Rung.DrainStream)]
    [InlineData(SendProgress.Serialized, true, Rung.Reset)]
    [InlineData(SendProgress.Sending, true, Rung.Close)]
    [InlineData(SendProgress.Sent, true, Rung.Drain)]
    internal void ForHeaders_Http2OverSockets_NeverLetsAnUploadRun(SendProgress progress, bool hasContent, Rung expected)
    {
        using var sockets = new SocketsHttpHandler();
        using HttpRequestMessage message = Message(hasContent);
        message.Version = HttpVersion.Version20;

        Ladder.ForHeaders(AbandonStrategy.Drain, message, progress, Prepare(sockets)).ShouldBe(expected);
    }

    [Theory]
    [InlineData(false, Rung.Drain)]
    [InlineData(true, Rung.Close)]
    internal void ForHeaders_OverAHandlerOfTheUsers_NeverLetsAnUploadRun(bool hasContent, Rung expected)
    {
        using var foreign = new StubHandler(_ => new HttpResponseMessage());
        using HttpRequestMessage message = Message(hasContent);

        Ladder.ForHeaders(AbandonStrategy.Drain, message, SendProgress.NotSeen, Prepare(foreign)).ShouldBe(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ForHeaders_OverHttpClientHandler_ClosesForNothingKeepsItFromSendingLater(bool hasContent)
    {
        using var client = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false };
        using HttpRequestMessage message = Message(hasContent);

        Ladder.ForHeaders(AbandonStrategy.Drain, message, SendProgress.NotSeen, Prepare(client)).ShouldBe(Rung.Close);
    }

    [Fact]
    public async Task ForHeaders_OverSocketsThatHaveStarted_ClosesForNothingKeepsThemFromSendingLater()
    {
        using var sockets = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        using (var invoker = new HttpMessageInvoker(sockets, disposeHandler: false))
        {
            using var refused = new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.1:1/");
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => invoker.SendAsync(refused, CancellationToken.None));
        }

        using HttpRequestMessage message = Message(hasContent: false);

        Ladder.ForHeaders(AbandonStrategy.Drain, message, SendProgress.NotSeen, Prepare(sockets)).ShouldBe(Rung.Close);
    }

    private static HttpRequestMessage Message(bool hasContent) =>
        new(HttpMethod.Post, "https://test/") { Content = hasContent ? new ByteArrayContent(new byte[1]) : null };

    private static InnerHandler Prepare(HttpMessageHandler handler) =>
        InnerHandler.Prepare(handler, new ClientState(new GracefulHttpOptions(), NullLogger.Instance), NullLogger.Instance, meterFactory: null, TimeProvider.System);
}
