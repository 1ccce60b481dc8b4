using GracefulHttp.TestKit;
using Polly.Timeout;

namespace GracefulHttp.Tests.Retry;

/// <summary>The copying of a body belongs to the call: its time counts, and ends with the call's.</summary>
public sealed class SlowBodyTests : IDisposable
{
    private static readonly TimeSpan Total = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ContentGrace = TimeSpan.FromMilliseconds(100);

    private readonly RetryRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_BodyNeverComes_TheTotalTimeoutThrows(bool ignoresTokens)
    {
        using var content = new SlowContent(ignoresTokens);
        Task<HttpResponseMessage> call = PutAsync(content);
        await content.Held.ArrivedAsync();
        await _rig.Clock.WaitForTimerAsync(Total);

        _rig.Clock.Advance(Total);
        await PassGraceAsync(ignoresTokens);

        (await Should.ThrowAsync<TimeoutRejectedException>(call.WithinAsync())).Timeout.ShouldBe(Total);
        _rig.Inner.Calls.ShouldBe(0);
        content.Held.Release();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_CallerLeavesBeforeTheBodyHasCome_ThrowsWithItsToken(bool ignoresTokens)
    {
        using var caller = new CancellationTokenSource();
        using var content = new SlowContent(ignoresTokens);
        Task<HttpResponseMessage> call = PutAsync(content, caller.Token);
        await content.Held.ArrivedAsync();

        await caller.CancelAsync();
        await PassGraceAsync(ignoresTokens);

        (await Should.ThrowAsync<TaskCanceledException>(call.WithinAsync())).CancellationToken.ShouldBe(caller.Token);
        _rig.Inner.Calls.ShouldBe(0);
        content.Held.Release();
    }

    [Fact]
    public async Task SendAsync_BodyComesLate_TheAttemptsHaveTheTimeThatIsLeft()
    {
        using var content = new SlowContent(ignoresTokens: false);
        Task<HttpResponseMessage> call = PutAsync(content);
        await content.Held.ArrivedAsync();
        _rig.Clock.Advance(Total - TimeSpan.FromSeconds(1));
        content.Held.Release();
        ScriptedAttempt attempt = await _rig.AttemptAsync(0);
        (await attempt.Message.Content!.ReadAsStringAsync()).ShouldBe("ten bytes!");

        _rig.Clock.Advance(TimeSpan.FromSeconds(1));

        await Should.ThrowAsync<TimeoutRejectedException>(call.WithinAsync());
        attempt.Token.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void Send_BodyNeverComes_TheTotalTimeoutThrows()
    {
        using var content = new SlowContent(ignoresTokens: false)
        {
            Wait = token =>
            {
                _rig.Clock.Advance(Total);
                token.ThrowIfCancellationRequested();
            },
        };
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://test/") { Content = content };

        Should.Throw<TimeoutRejectedException>(() => _rig.Send(request)).Timeout.ShouldBe(Total);
        _rig.Inner.Calls.ShouldBe(0);
    }

    private Task<HttpResponseMessage> PutAsync(HttpContent content, CancellationToken token = default) =>
        _rig.SendAsync(new HttpRequestMessage(HttpMethod.Put, "http://test/") { Content = content }, token);

    /// <summary>What is still reading the caller's content is waited for, but not for long.</summary>
    private async Task PassGraceAsync(bool isNeeded)
    {
        if (isNeeded)
        {
            await _rig.Clock.WaitForTimerAsync(ContentGrace);
            _rig.Clock.Advance(ContentGrace);
        }
    }
}
