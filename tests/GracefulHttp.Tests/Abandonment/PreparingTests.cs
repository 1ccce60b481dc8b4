using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>What happens once, with a handler's first request, and what is asked for with each.</summary>
public sealed class PreparingTests
{
    [Fact]
    public async Task SendAsync_LoggerThrows_RequestIsSentAllTheSame()
    {
        using var logs = new ThrowingLoggerFactory();
        using var invoker = new HttpMessageInvoker(
            new GracefulHttpHandler(new GracefulHttpOptions(), new StubHandler(_ => new HttpResponseMessage())) { LoggerFactory = logs });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");

        (await invoker.SendAsync(request, CancellationToken.None)).Dispose();

        logs.Attempts.ShouldBe(1, "the warning that there is no transport");
    }

    [Fact]
    public async Task SendAsync_SocketsHandlerSharedWithAnotherOfOurs_WarnsOfNothing()
    {
        using var sockets = new SocketsHttpHandler();
        for (int i = 0; i < 2; i++)
        {
            using var logs = new RecordingLoggerFactory();
            var handler = new GracefulHttpHandler(new GracefulHttpOptions(), sockets) { LoggerFactory = logs };
            var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            using var refused = new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.1:1/");
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => invoker.SendAsync(refused, CancellationToken.None));

            logs.Records.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task StrategySelector_RequestHasItsOwnStrategy_IsNotAsked(bool hasOwn, int expected)
    {
        int asked = 0;
        var options = new GracefulHttpOptions
        {
            StrategySelector = _ =>
            {
                asked++;
                return null;
            },
        };
        using var invoker = new HttpMessageInvoker(new GracefulHttpHandler(options, new StubHandler(_ => new HttpResponseMessage())));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        if (hasOwn)
        {
            request.SetAbandonStrategy(AbandonStrategy.Close);
        }

        (await invoker.SendAsync(request, CancellationToken.None)).Dispose();

        asked.ShouldBe(expected);
    }

    private sealed class ThrowingLoggerFactory : ILoggerFactory, ILogger
    {
        public int Attempts { get; private set; }

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Attempts++;
            throw new InvalidOperationException("The logger is broken.");
        }
    }
}
