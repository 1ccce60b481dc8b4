using System.Net;
using System.Net.Http.Json;
using System.Text;
using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Retry;

/// <summary>Bodies are sent again only where they can be, whole, and by one attempt at a time where they are the caller's.</summary>
public sealed class BodyTests
{
    private const int Large = (1024 * 1024) + 1;

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Contents by name, for a theory's data must be simple.</summary>
    private static readonly Dictionary<string, Func<HttpContent>> Contents = new()
    {
        ["string"] = static () => new StringContent("body", Encoding.UTF8, "text/plain"),
        ["bytes"] = static () => new ByteArrayContent("body"u8.ToArray()),
        ["form"] = static () => new FormUrlEncodedContent([new("a", "b")]),
        ["json"] = static () => JsonContent.Create("body"),
        ["seekable stream"] = static () => new StreamContent(new MemoryStream("body"u8.ToArray())),
        ["stream that is read from its middle"] = static () => new StreamContent(new MemoryStream("a body"u8.ToArray()) { Position = 2 }),
        ["multipart"] = static () => new MultipartFormDataContent("--") { { new StringContent("x"), "y" } },
        ["buffered"] = static () => Buffered(new StreamContent(new OneWayStream("body"))),
        ["large bytes"] = static () => new ByteArrayContent(new byte[Large]),
        ["large seekable stream"] = static () => new StreamContent(new MemoryStream(new byte[Large])),
        ["large json"] = static () => JsonContent.Create(new string('x', Large)),
        ["one-way stream"] = static () => new StreamContent(new OneWayStream("body")),
        ["multipart with a one-way stream"] = static () => new MultipartContent("mixed", "--") { new StreamContent(new OneWayStream("body")) },
    };

    [Theory]
    [InlineData("string", true)]
    [InlineData("bytes", true)]
    [InlineData("form", true)]
    [InlineData("json", true)]
    [InlineData("seekable stream", true)]
    [InlineData("stream that is read from its middle", true)]
    [InlineData("multipart", true)]
    [InlineData("buffered", true)]
    [InlineData("large bytes", true)]
    [InlineData("large seekable stream", true)]
    [InlineData("large json", true)]
    [InlineData("one-way stream", false)]
    [InlineData("multipart with a one-way stream", false)]
    public async Task SendAsync_BodyAndAFailure_IsSentAgainIfItCanBe(string content, bool canBe)
    {
        using var rig = new RetryRig();
        byte[] expected = await Contents[content]().ReadAsByteArrayAsync();
        HttpContent body = Contents[content]();
        string? type = body.Headers.ContentType?.ToString();
        Task<HttpResponseMessage> call = rig.SendAsync(new HttpRequestMessage(HttpMethod.Put, "http://test/") { Content = body });

        ScriptedAttempt attempt = await rig.AttemptAsync(0);
        (await SentAsync(attempt)).ShouldBe(expected);
        attempt.Answer(HttpStatusCode.ServiceUnavailable);
        if (canBe)
        {
            attempt = await rig.PassDelayAsync(0);
            (await SentAsync(attempt)).ShouldBe(expected);
            attempt.Message.Content!.Headers.ContentType?.ToString().ShouldBe(type);
            attempt.Answer();
        }

        (await call.WithinAsync()).StatusCode.ShouldBe(canBe ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData("string", 4L)]
    [InlineData("json", null)]
    [InlineData("large bytes", (long)Large)]
    [InlineData("large json", null)]
    [InlineData("one-way stream", null)]
    public async Task SendAsync_Body_KeepsItsFraming(string content, long? length)
    {
        using var rig = new RetryRig();
        Task<HttpResponseMessage> call = rig.SendAsync(new HttpRequestMessage(HttpMethod.Put, "http://test/") { Content = Contents[content]() });

        ScriptedAttempt attempt = await rig.AttemptAsync(0);

        attempt.Message.Content!.Headers.ContentLength.ShouldBe(length);
        attempt.Answer();
        await call.WithinAsync();
    }

    [Fact]
    public async Task SendAsync_SmallBody_AttemptsOverlapOnCopiesOfTheirOwn()
    {
        using var rig = new RetryRig(options => options.AttemptTimeout = AttemptTimeout);
        byte[] callers = "body"u8.ToArray();
        var content = new ByteArrayContent(callers);
        Task<HttpResponseMessage> call = rig.SendAsync(new HttpRequestMessage(HttpMethod.Put, "http://test/") { Content = content });
        ScriptedAttempt first = await rig.AttemptAsync(0);
        ScriptedAttempt second = await rig.TimeOutAsync(0, AttemptTimeout);
        first.Token.IsCancellationRequested.ShouldBeFalse();
        first.Message.Content.ShouldNotBeSameAs(second.Message.Content);
        second.Answer();
        await call.WithinAsync();

        // The caller has its answer and does what it likes; the loser may still be sending.
        content.Dispose();
        callers.AsSpan().Clear();

        (await SentAsync(first)).ShouldBe("body"u8.ToArray());
    }

    [Fact]
    public async Task SendAsync_LargeBody_ItsTimeoutIsHardAndTheNextAttemptWaitsForIt()
    {
        using var rig = new RetryRig(options => options.AttemptTimeout = AttemptTimeout) { IgnoresTokens = true };
        var content = new ByteArrayContent(new byte[Large]);
        Task<HttpResponseMessage> call = rig.SendAsync(new HttpRequestMessage(HttpMethod.Put, "http://test/") { Content = content });
        ScriptedAttempt first = await rig.AttemptAsync(0);
        var destination = new HeldDestination();
        Task reading = first.Message.Content!.CopyToAsync(destination);
        await destination.Held.ArrivedAsync();

        await rig.Clock.WaitForTimerAsync(AttemptTimeout);
        rig.Clock.Advance(AttemptTimeout);
        first.Token.IsCancellationRequested.ShouldBeTrue();
        TimeSpan delay = await rig.DelayAsync(0);
        await rig.Clock.WaitForTimerAsync(delay);
        rig.Clock.Advance(delay);

        // The attempt's own time runs already, and nothing is sent: the content is not free.
        await rig.Clock.WaitForTimerAsync(AttemptTimeout);
        rig.Inner.Calls.ShouldBe(1);
        destination.Held.Release();
        await reading.WithinAsync();
        ScriptedAttempt second = await rig.AttemptAsync(1);
        (await SentAsync(second)).Length.ShouldBe(Large);
        second.Answer();
        await call.WithinAsync();
        first.Answer();
    }

    [Fact]
    public async Task SendAsync_Answered_TheCallersContentIsItsOwnAgain()
    {
        using var rig = new RetryRig();
        HttpContent content = Contents["seekable stream"]();
        var request = new HttpRequestMessage(HttpMethod.Put, "http://test/") { Content = content };
        Task<HttpResponseMessage> call = rig.SendAsync(request);
        (await rig.AttemptAsync(0)).Answer();

        (await call.WithinAsync()).RequestMessage!.Content.ShouldBeSameAs(content);
        (await content.ReadAsStringAsync()).ShouldBe("body");
    }

    private static Task<byte[]> SentAsync(ScriptedAttempt attempt) => attempt.Message.Content!.ReadAsByteArrayAsync().WithinAsync();

    private static HttpContent Buffered(HttpContent content)
    {
        content.LoadIntoBufferAsync().IsCompletedSuccessfully.ShouldBeTrue();
        return content;
    }

    private sealed class OneWayStream(string text) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override bool CanSeek => false;
    }

    /// <summary>A connection that takes nothing for a while.</summary>
    private sealed class HeldDestination : MemoryStream
    {
        public SyncPoint Held { get; } = new();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Held.ArriveAsync();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await Held.ArriveAsync();
    }
}
