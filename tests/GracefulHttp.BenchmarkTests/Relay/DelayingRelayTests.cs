using System.Net.Sockets;
using GracefulHttp.Benchmarks.Relay;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.BenchmarkTests.Relay;

public sealed class DelayingRelayTests
{
    private static readonly LinkSettings AtOnce = new(TimeSpan.Zero, BitsPerSecond: null);
    private static readonly LinkSettings Slow = new(TimeSpan.FromMilliseconds(50), BitsPerSecond: null);
    private static readonly byte[] Ping = [1, 2, 3];

    [Fact]
    public async Task Bytes_OnANewConnection_ArriveAfterItsHandshakeAndHalfARoundTrip()
    {
        var time = new FakeTimeProvider();
        await using RelayedPair pair = await RelayedPair.ConnectAsync(Slow, time);
        await pair.Client.SendAsync(Ping);

        // The handshake's 50 ms and the 25 ms of the bytes.
        await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(75));
        time.Advance(TimeSpan.FromMilliseconds(74));
        pair.Server.Available.ShouldBe(0);
        pair.UnderWay.ShouldBe(1);
        time.Advance(TimeSpan.FromMilliseconds(1));

        (await RelayedPair.NextAsync(pair.Server)).ShouldBe(Ping);
    }

    [Fact]
    public async Task Bytes_Back_ArriveAfterHalfARoundTrip()
    {
        var time = new FakeTimeProvider();
        await using RelayedPair pair = await RelayedPair.ConnectAsync(Slow, time);
        await pair.Server.SendAsync(Ping);

        await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(25));
        pair.Client.Available.ShouldBe(0);
        time.Advance(TimeSpan.FromMilliseconds(25));

        (await RelayedPair.NextAsync(pair.Client)).ShouldBe(Ping);
    }

    [Fact]
    public async Task Bytes_LimitedBandwidth_TakeTheirTime()
    {
        var time = new FakeTimeProvider();
        // A byte each millisecond.
        await using RelayedPair pair = await RelayedPair.ConnectAsync(new LinkSettings(TimeSpan.Zero, 8000), time);
        await pair.Server.SendAsync(Ping);

        await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(3));
        time.Advance(TimeSpan.FromMilliseconds(3));

        (await RelayedPair.NextAsync(pair.Client)).ShouldBe(Ping);
    }

    [Fact]
    public async Task HalfClose_ByTheClient_LeavesTheOtherDirectionOpen()
    {
        await using RelayedPair pair = await RelayedPair.ConnectAsync(AtOnce, TimeProvider.System);
        await pair.Client.SendAsync(Ping);
        pair.Client.Shutdown(SocketShutdown.Send);

        (await RelayedPair.NextAsync(pair.Server)).ShouldBe(Ping);
        (await RelayedPair.NextAsync(pair.Server)).ShouldBe([], "FIN");

        await pair.Server.SendAsync(Ping);
        (await RelayedPair.NextAsync(pair.Client)).ShouldBe(Ping);
        pair.Server.Shutdown(SocketShutdown.Send);
        (await RelayedPair.NextAsync(pair.Client)).ShouldBe([], "FIN");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_AfterBytes_ArrivesBehindThemAndNotBefore(bool byClient)
    {
        var time = new FakeTimeProvider();
        await using RelayedPair pair = await RelayedPair.ConnectAsync(Slow, time);
        (Socket from, Socket to) = byClient ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        TimeSpan way = TimeSpan.FromMilliseconds(byClient ? 75 : 25);
        await from.SendAsync(Ping);
        await time.WaitForTimerAsync(way);

        RelayedPair.Reset(from);
        time.Advance(way);

        (await RelayedPair.NextAsync(to)).ShouldBe(Ping);
        Task<byte[]?> next = RelayedPair.NextAsync(to);
        while (!next.IsCompleted)
        {
            // Taken in before the step or after it.
            await Task.WhenAny(next, time.WaitForTimerAsync());
            time.Advance(way);
        }

        (await next).ShouldBeNull("RST");
    }

    [Fact]
    public async Task Reset_ThatAnAnswerDrawsFromAClosedClient_ReachesTheServer()
    {
        await using RelayedPair pair = await RelayedPair.ConnectAsync(AtOnce, TimeProvider.System);
        pair.Client.Close();
        (await RelayedPair.NextAsync(pair.Server)).ShouldBe([], "FIN");

        // Once: nothing else tells the relay, and no read tells the server. It is the socket's pending error.
        await pair.Server.SendAsync(Ping);

        (await Task.Run(() => pair.Server.Poll(Deadline.Default, SelectMode.SelectError))).ShouldBeTrue("RST");
        // The relay says so a moment after it has sent it.
        SpinWait.SpinUntil(() => pair.UnderWay == 0, Deadline.Default).ShouldBeTrue("nothing is under way");
    }

    [Fact]
    public async Task Bytes_ThatTheLinkHasNotCarried_AreHeldInBoundedSpace()
    {
        const int Most = 32 * 1024 * 1024;
        // A clock that stands still: nothing arrives.
        await using RelayedPair pair = await RelayedPair.ConnectAsync(Slow, new FakeTimeProvider());
        byte[] piece = new byte[64 * 1024];
        int sent = 0;
        while (sent < Most && pair.Client.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectWrite))
        {
            sent += await pair.Client.SendAsync(piece.AsMemory(0, 1024), SocketFlags.None);
        }

        sent.ShouldBeLessThan(Most);
    }
}
