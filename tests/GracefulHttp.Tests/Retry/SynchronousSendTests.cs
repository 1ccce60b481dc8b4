using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;
using Polly.Timeout;

namespace GracefulHttp.Tests.Retry;

/// <summary>A synchronous <c>Send</c>: one attempt after the other on the caller's thread, and their time-outs are hard.</summary>
public sealed class SynchronousSendTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Send_TransientFailure_IsRetriedOnTheCallersThread()
    {
        int thread = Environment.CurrentManagedThreadId;
        var messages = new List<HttpRequestMessage>();
        using HttpMessageInvoker invoker = Over(new GracefulRetryOptions(), (message, token) =>
        {
            Environment.CurrentManagedThreadId.ShouldBe(thread);
            messages.Add(message);
            message.Content!.ReadAsStream(token).Length.ShouldBe(4);
            HttpResponseMessage response = Respond(message, messages.Count == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
            response.Headers.Add("Retry-After", "0");
            return response;
        });
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://test/") { Content = new StringContent("body") };

        using HttpResponseMessage answer = invoker.Send(request, CancellationToken.None);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.RequestMessage.ShouldBeSameAs(request);
        messages.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void Send_NoRetryLeft_GivesTheLastFailure()
    {
        using HttpMessageInvoker invoker = Over(
            new GracefulRetryOptions { MaxRetryAttempts = 0 }, static (message, _) => Respond(message, HttpStatusCode.ServiceUnavailable));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        using HttpResponseMessage answer = invoker.Send(request, CancellationToken.None);

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public void Send_AttemptTimeout_EndsTheAttempt()
    {
        var options = new GracefulRetryOptions { MaxRetryAttempts = 0 };
        using HttpMessageInvoker invoker = Over(options, (_, token) =>
        {
            _clock.Advance(options.AttemptTimeout);
            throw new OperationCanceledException(token);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        Should.Throw<TimeoutRejectedException>(() => invoker.Send(request, CancellationToken.None)).Timeout.ShouldBe(options.AttemptTimeout);
    }

    [Fact]
    public void Send_AttemptTimeout_IsFollowedByARetry()
    {
        int calls = 0;
        var options = new GracefulRetryOptions { Delay = TimeSpan.FromTicks(1) };
        using HttpMessageInvoker invoker = Over(options, (message, token) =>
        {
            if (++calls == 1)
            {
                _clock.Advance(options.AttemptTimeout);
                throw new OperationCanceledException(token);
            }

            return Respond(message, HttpStatusCode.OK);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        using HttpResponseMessage answer = invoker.Send(request, CancellationToken.None);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        calls.ShouldBe(2);
    }

    [Fact]
    public void Send_TotalTimeout_EndsTheCall()
    {
        int calls = 0;
        var options = new GracefulRetryOptions { AttemptTimeout = TimeSpan.FromSeconds(30) };
        using HttpMessageInvoker invoker = Over(options, (_, token) =>
        {
            calls++;
            _clock.Advance(options.TotalRequestTimeout);
            throw new OperationCanceledException(token);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        Should.Throw<TimeoutRejectedException>(() => invoker.Send(request, CancellationToken.None)).Timeout.ShouldBe(options.TotalRequestTimeout);

        calls.ShouldBe(1);
    }

    [Theory]
    [InlineData("3600")]
    [InlineData("2147483648")]
    public void Send_RetryAfterBeyondTheTimeLeft_TheResponseIsTheCallersAtOnce(string retryAfter)
    {
        using var failure = new NotingResponse(HttpStatusCode.ServiceUnavailable);
        failure.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        using HttpMessageInvoker invoker = Over(new GracefulRetryOptions { Delay = TimeSpan.FromTicks(1) }, (_, _) => failure);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        invoker.Send(request, CancellationToken.None).ShouldBeSameAs(failure);

        failure.Disposed.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void Send_CallerLeaves_ThrowsWithItsToken()
    {
        using var caller = new CancellationTokenSource();
        using HttpMessageInvoker invoker = Over(new GracefulRetryOptions(), (_, token) =>
        {
            caller.Cancel();
            throw new OperationCanceledException(token);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        Should.Throw<TaskCanceledException>(() => invoker.Send(request, caller.Token)).CancellationToken.ShouldBe(caller.Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Send_ShouldHandleThrows_IsTheCallersAndNothingIsSentAgain(bool handlesExceptions)
    {
        int calls = 0;
        using var response = new NotingResponse(HttpStatusCode.ServiceUnavailable);
        var options = new GracefulRetryOptions
        {
            Delay = TimeSpan.FromTicks(1),
            ShouldHandle = args => args.Outcome.Exception is not null && handlesExceptions
                ? new(true)
                : throw new InvalidOperationException("the user's"),
        };
        using HttpMessageInvoker invoker = Over(options, (_, _) =>
        {
            calls++;
            return response;
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        Should.Throw<InvalidOperationException>(() => invoker.Send(request, CancellationToken.None)).Message.ShouldBe("the user's");

        calls.ShouldBe(1);
        response.Disposed.IsCompleted.ShouldBeTrue();
    }

    private static HttpResponseMessage Respond(HttpRequestMessage message, HttpStatusCode status) => new(status) { RequestMessage = message };

    private HttpMessageInvoker Over(GracefulRetryOptions options, Func<HttpRequestMessage, CancellationToken, HttpResponseMessage> send) => new(
        new GracefulRetryHandler(options, new StubHandler((_, _) => throw new NotSupportedException(), send)) { TimeProvider = _clock });
}
