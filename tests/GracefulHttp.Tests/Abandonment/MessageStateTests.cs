using System.Net.Http.Headers;
using GracefulHttp.Abandonment;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>What the runtime's redirect changes of a message, which is not sent any more.</summary>
public sealed class MessageStateTests
{
    private static readonly Uri Address = new("http://test/");

    [Fact]
    public void Restore_Redirected_IsTheMessageThatItWas()
    {
        using var content = new ByteArrayContent([1]);
        using var message = new HttpRequestMessage(HttpMethod.Post, Address) { Content = content };
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "token");
        message.Headers.TransferEncodingChunked = true;
        string headers = message.Headers.ToString();
        var state = new MessageState(message);

        message.RequestUri = new Uri("http://test/ghost");
        message.Method = HttpMethod.Get;
        message.Content = null;
        message.Headers.Authorization = null;
        message.Headers.TransferEncodingChunked = false;
        state.Restore();

        message.RequestUri.ShouldBeSameAs(Address);
        message.Method.ShouldBe(HttpMethod.Post);
        message.Content.ShouldBeSameAs(content);
        message.Headers.Authorization!.ToString().ShouldBe("Bearer token");
        message.Headers.TransferEncodingChunked.ShouldBe(true);
        message.Headers.ToString().Length.ShouldBe(headers.Length);
    }

    [Fact]
    public void Restore_NotRedirected_ChangesNothing()
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, Address);
        message.Headers.TryAddWithoutValidation("Authorization", "  not parsed ;");
        string before = message.ToString();

        new MessageState(message).Restore();

        message.ToString().ShouldBe(before);
    }

    [Fact]
    public void Restore_MessageDisposed_DoesNotThrow()
    {
        var message = new HttpRequestMessage(HttpMethod.Get, Address);
        var state = new MessageState(message);
        message.Dispose();

        Should.NotThrow(state.Restore);
    }
}
