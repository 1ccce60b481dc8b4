using System.Buffers;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Responses;

/// <summary>
/// A copy to a stream of the caller's. While that is written to, our buffer is its own: the copy cannot be left then. What is
/// behind the copy, the rest of the body, does not wait for it where the response is disposed.
/// </summary>
public sealed class CopyTests : WireTest
{
    public static MatrixTheoryData<Scheme, bool> SchemesAndSources => new(Enum.GetValues<Scheme>(), [false, true]);

    [Theory]
    [MemberData(nameof(SchemesAndSources))]
    public async Task CopyToAsync_CancelledDuringAWrite_LeavesAfterTheWriteOnly(Scheme scheme, bool fromContent)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.Chunked, rest: 100_000));
        WireClient client = Connect(AbandonStrategy.Drain);
        using var caller = new CancellationTokenSource();
        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, caller.Token);
        await using var destination = new HeldDestination();
        Task copying = CopyAsync(response, fromContent, destination, caller.Token);
        await destination.Held.ArrivedAsync();

        await caller.CancelAsync();
        Held.Release();
        await RentAndScribbleAsync();
        copying.IsCompleted.ShouldBeFalse();
        destination.IsAsGiven.ShouldBeTrue();
        destination.Held.Release();

        (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => copying.WithinAsync())).CancellationToken.ShouldBe(caller.Token);
        destination.ToArray().ShouldBe("xxxxxxxxxx"u8.ToArray());
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }

    [Theory]
    [MemberData(nameof(SchemesAndSources))]
    public async Task CopyToAsync_DisposedDuringAWrite_DrainsMeanwhileAndTellsThatTheCopyIsNotWhole(Scheme scheme, bool fromContent)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength, rest: 100_000));
        WireClient client = Connect(AbandonStrategy.Drain);
        using var caller = new CancellationTokenSource();
        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead, caller.Token);
        await using var destination = new HeldDestination();
        Task copying = CopyAsync(response, fromContent, destination, caller.Token);
        await destination.Held.ArrivedAsync();

        response.Dispose();
        Held.Release();

        // The destination is stuck, the connection is not.
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await RentAndScribbleAsync();
        destination.IsAsGiven.ShouldBeTrue();
        copying.IsCompleted.ShouldBeFalse();
        destination.Held.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => copying.WithinAsync());
        await ShouldBeUntouchedAsync();
        Logs.AbandonOutcomes().ShouldBe(["drained"]);
    }

    [Theory]
    [MemberData(nameof(SchemesAndSources))]
    public async Task CopyToAsync_DisposedDuringAWriteUnderClose_ClosesMeanwhile(Scheme scheme, bool fromContent)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength));
        WireClient client = Connect(AbandonStrategy.Close);
        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        await using var destination = new HeldDestination();
        Task copying = CopyAsync(response, fromContent, destination, CancellationToken.None);
        await destination.Held.ArrivedAsync();

        response.Dispose();

        await ShouldSendFinAsync();
        destination.Held.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => copying.WithinAsync());
        await ShouldEndInPeaceAsync(client, scheme);
    }

    [Theory]
    [MemberData(nameof(SchemesAndSources))]
    public async Task CopyToAsync_DisposedWhileItWaits_TellsThatTheCopyIsNotWhole(Scheme scheme, bool fromContent)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength));
        WireClient client = Connect(AbandonStrategy.Drain);
        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        var destination = new HeldDestination();
        destination.Held.Release();
        Task copying = CopyAsync(response, fromContent, destination, CancellationToken.None);
        await destination.Held.ArrivedAsync();
        await Held.ArrivedAsync();

        response.Dispose();

        await Assert.ThrowsAnyAsync<Exception>(() => copying.WithinAsync());
        Held.IsReleased.ShouldBeFalse();
    }

    [Fact]
    public async Task CopyToAsync_DestinationThrows_GoesByTheLadder()
    {
        Serve(Scheme.Http, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength));
        WireClient client = Connect(AbandonStrategy.Drain);
        var destination = new MemoryStream(new byte[1], writable: false);

        using (HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => response.Content.CopyToAsync(destination).WithinAsync());
        }

        await Held.ArrivedAsync();
        await ShouldBeUntouchedAsync();
        Held.Release();
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }

    private static async Task CopyAsync(HttpResponseMessage response, bool fromContent, Stream destination, CancellationToken token)
    {
        if (fromContent)
        {
            await response.Content.CopyToAsync(destination, token);
        }
        else
        {
            await (await response.Content.ReadAsStreamAsync(token)).CopyToAsync(destination, token);
        }
    }

    /// <summary>Shows a buffer that was given back to the pool too early.</summary>
    private static Task RentAndScribbleAsync() => Task.Run(static () =>
    {
        byte[][] rented = [.. Enumerable.Range(0, 64).Select(static _ => ArrayPool<byte>.Shared.Rent(64 * 1024))];
        foreach (byte[] one in rented)
        {
            one.AsSpan().Fill(0xA5);
            ArrayPool<byte>.Shared.Return(one);
        }
    });
}
