using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>What a caller sees of a response that it, or somebody else, has disposed: never a part of a body that looks whole.</summary>
public sealed class DisposedResponseTests
{
    private static readonly byte[] Three = [1, 2, 3];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_DisposedBeforeTheEnd_Throws(bool tokenCanFire)
    {
        using var fixture = new MessageLayerFixture();
        HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();

        response.Dispose();
        fixture.Body.End();
        await fixture.EndAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => stream.ReadAsync(new byte[8], tokenCanFire ? caller.Token : default).AsTask());
    }

    [Fact]
    public async Task Read_DisposedBeforeTheEnd_Throws()
    {
        using var fixture = new MessageLayerFixture();
        HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();

        response.Dispose();
        fixture.Body.End();

        Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[8]));
        await fixture.EndAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_DisposedAfterTheEnd_StaysAtTheEnd(bool tokenCanFire)
    {
        using var fixture = new MessageLayerFixture();
        HttpResponseMessage response = await fixture.GetHeadersAsync();
        Stream stream = await response.Content.ReadAsStreamAsync();
        using var caller = new CancellationTokenSource();
        CancellationToken token = tokenCanFire ? caller.Token : default;
        fixture.Body.End();
        (await stream.ReadAsync(new byte[8], token)).ShouldBe(0);

        response.Dispose();

        (await stream.ReadAsync(new byte[8], token)).ShouldBe(0);
        fixture.Outcomes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CopyToAsync_DisposedDuringAWrite_FailsInsteadOfEndingShort(bool throughContent)
    {
        using var fixture = new MessageLayerFixture();
        HttpResponseMessage response = await fixture.GetHeadersAsync(length: 6);
        var destination = new HeldStream();
        fixture.Body.Give(Three);
        Task copying = throughContent
            ? response.Content.CopyToAsync(destination)
            : (await response.Content.ReadAsStreamAsync()).CopyToAsync(destination);
        await destination.Held.ArrivedAsync();

        response.Dispose();
        fixture.Body.Give(Three);
        fixture.Body.End();
        destination.Held.Release();

        Exception thrown = await Assert.ThrowsAnyAsync<Exception>(() => copying.WithinAsync());
        thrown.ShouldBeAssignableTo(throughContent ? typeof(HttpRequestException) : typeof(IOException));
        destination.Written.ShouldBe(Three);
        await fixture.EndAsync();
    }

    [Fact]
    public async Task Dispose_WhileACopysDestinationIsStuck_IsDrainedMeanwhile()
    {
        using var fixture = new MessageLayerFixture();
        HttpResponseMessage response = await fixture.GetHeadersAsync(length: 6);
        var destination = new HeldStream();
        fixture.Body.Give(Three);
        Task copying = response.Content.CopyToAsync(destination);
        await destination.Held.ArrivedAsync();

        response.Dispose();
        fixture.Body.Give(9, 9, 9);
        fixture.Body.End();
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBe(["drained"]);
        fixture.Body.Disposed.Task.IsCompleted.ShouldBeTrue();
        destination.Held.IsReleased.ShouldBeFalse();
        destination.Held.Release();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => copying.WithinAsync());
        destination.Written.ShouldBe(Three, "the drain read into a buffer of its own");
    }

    [Fact]
    public async Task Dispose_WhileACopysDestinationIsStuckUnderClose_ClosesAtOnce()
    {
        using var fixture = new MessageLayerFixture(o => o.Strategy = AbandonStrategy.Close);
        HttpResponseMessage response = await fixture.GetHeadersAsync(length: 6);
        var destination = new HeldStream();
        fixture.Body.Give(Three);
        Task copying = response.Content.CopyToAsync(destination);
        await destination.Held.ArrivedAsync();

        response.Dispose();
        await fixture.EndAsync();

        fixture.Outcomes.ShouldBe(["closed"]);
        fixture.Body.Disposed.Task.IsCompleted.ShouldBeTrue();
        destination.Held.Release();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => copying.WithinAsync());
    }
}
