using System.Runtime.CompilerServices;
using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>A token that lives as long as the application keeps nothing of the reads that it was given to.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task Dispose_CallerGoesOnInsideIt_LeavesNothingRegistered()
    {
        using var application = new CancellationTokenSource();
        using var handler = new GracefulHttpHandler(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, new AnsweringHandler());
        WeakReference message = await LeaveAsync(handler, application.Token);
        await handler.WaitForIdleAsync().WithinAsync();

        for (int i = 0; i < 20 && message.IsAlive; i++)
        {
            await Task.Yield();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        message.IsAlive.ShouldBeFalse();
        GC.KeepAlive(application);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> LeaveAsync(GracefulHttpHandler handler, CancellationToken token)
    {
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://test/");
        HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None).WithinAsync();
        Stream stream = await response.Content.ReadAsStreamAsync(CancellationToken.None);

        Task reading;
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new InlineContext());
        try
        {
            reading = ReadAsync(stream, token);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        stream.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => reading.WithinAsync());
        return new WeakReference(request);
    }

    private static async Task ReadAsync(Stream stream, CancellationToken token) => await stream.ReadExactlyAsync(new byte[8], token);

    private sealed class InlineContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }

    private sealed class AnsweringHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { RequestMessage = request, Content = new StreamContent(new ScriptedBody()) });
    }
}
