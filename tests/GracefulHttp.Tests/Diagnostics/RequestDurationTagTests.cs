using System.Net;
using GracefulHttp.Abandonment;
using GracefulHttp.Diagnostics;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;

namespace GracefulHttp.Tests.Diagnostics;

/// <summary>The runtime's own handler and metric, over a connection without a wire.</summary>
[Collection(nameof(Alone))]
public sealed class RequestDurationTagTests
{
    private const string Duration = "http.client.request.duration";
    private const string Canceled = "System.Threading.Tasks.TaskCanceledException";

    [Theory]
    [InlineData(HttpStatusCode.OK, Canceled)]
    [InlineData(HttpStatusCode.NotModified, Canceled)]
    [InlineData(HttpStatusCode.NotFound, "404")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "503")]
    public async Task Attach_CallerHasLeft_TagsWhatItWouldHaveSeen(HttpStatusCode status, string errorType)
    {
        Measurement duration = await SendAsync(status, abandoned: true);

        duration.Tags["error.type"].ShouldBe(errorType);
        duration.Tags["graceful_http.outcome"].ShouldBe("abandoned");
        duration.Tags["http.response.status_code"].ShouldBe((int)status);
    }

    [Fact]
    public async Task Attach_SentAgainByACallerWhoStays_TagsNothing()
    {
        Measurement duration = await SendAsync(HttpStatusCode.OK, abandoned: false);

        duration.Tags.Keys.ShouldNotContain("error.type");
        duration.Tags.Keys.ShouldNotContain("graceful_http.outcome");
    }

    [Fact]
    public async Task Attach_ConnectionFails_KeepsTheRuntimesErrorType()
    {
        Measurement duration = await SendAsync(null, abandoned: true);

        duration.Tags["error.type"].ShouldBe("response_ended");
        duration.Tags["graceful_http.outcome"].ShouldBe("abandoned");
    }

    [Fact]
    public async Task Attach_HandlerOfAnotherMake_LeavesTheMessageAlone()
    {
        using var meters = new TestMeterFactory();
        using var metrics = new MeterRecorder("System.Net.Http", meters);
        using var sockets = new SocketsHttpHandler { MeterFactory = meters };
        await StartMetricsAsync(sockets);
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        using var stub = new StubHandler((_, _) => answer.Task);
        using var handler = new GracefulHttpHandler(new GracefulHttpOptions(), stub);
        using var invoker = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        using var caller = new CancellationTokenSource();

        Task sending = invoker.SendAsync(request, caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithinAsync());

        request.Options.ShouldBeEmpty();
        answer.SetResult(new HttpResponseMessage());
        await handler.WaitForIdleAsync(TestContext.Current.CancellationToken).WithinAsync();
    }

    private static async Task<Measurement> SendAsync(HttpStatusCode? status, bool abandoned)
    {
        using var meters = new TestMeterFactory();
        using var metrics = new MeterRecorder("System.Net.Http", meters);
        var mayAnswer = new TaskCompletionSource();
        string answer = status is null ? "" : $"HTTP/1.1 {(int)status} Status\r\nContent-Length: 0\r\n\r\n";
        await using var connection = new AnsweringStream(answer, mayAnswer.Task);
        using var sockets = new SocketsHttpHandler { MeterFactory = meters, ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(connection) };
        RequestDurationTag.Begin();
        using var invoker = new HttpMessageInvoker(sockets);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        var scope = new RequestScope(request);
        RequestScope.Current = scope;
        Task<HttpResponseMessage> sending = invoker.SendAsync(request, TestContext.Current.CancellationToken);
        await connection.Asked.WithinAsync();
        if (abandoned)
        {
            scope.Abandon();
        }

        RequestDurationTag.Attach(request);
        request.Options.Count().ShouldBe(1);
        mayAnswer.SetResult();
        try
        {
            (await sending.WithinAsync()).Dispose();
        }
        catch (HttpRequestException) when (status is null)
        {
        }

        request.Options.ShouldBeEmpty();
        return metrics.Of(Duration).ShouldHaveSingleItem();
    }

    /// <summary>The runtime makes its instruments with the first request.</summary>
    private static async Task StartMetricsAsync(SocketsHttpHandler sockets)
    {
        sockets.ConnectCallback = (_, _) => throw new IOException("no wire");
        using var invoker = new HttpMessageInvoker(sockets, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        await Assert.ThrowsAsync<HttpRequestException>(() => invoker.SendAsync(request, TestContext.Current.CancellationToken));
    }
}
