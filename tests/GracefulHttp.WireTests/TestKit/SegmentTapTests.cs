using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.TestKit;

/// <summary>The manual of the tap.</summary>
public sealed class SegmentTapTests : IDisposable
{
    private readonly LoopbackPair _pair = new();
    private readonly ConcurrentQueue<string> _seen = [];
    private readonly TaskCompletionSource _reset = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SegmentTapTests() => Assert.SkipUnless(SegmentTap.IsAvailable(out string whyNot), whyNot);

    public void Dispose() => _pair.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tap_Loopback_SeesEachEdgeOnceAndNoData(bool onlyLoopback)
    {
        int? index = onlyLoopback ? int.Parse(File.ReadAllText("/sys/class/net/lo/ifindex"), CultureInfo.InvariantCulture) : null;
        await using SegmentTap tap = SegmentTap.Open(Note, index);

        ConnectTalkAndReset();
        await _reset.Task.WithinAsync();

        _seen.ShouldBe(["client SYN", "server SYN ACK", "client RST ACK"]);
        tap.Lost.ShouldBe(0);
    }

    [Fact]
    public async Task Tap_AnotherInterface_SeesNothing()
    {
        // Numbers of interfaces are never so high.
        await using SegmentTap other = SegmentTap.Open(_ => _seen.Enqueue("of another interface"), interfaceIndex: int.MaxValue);
        await using SegmentTap tap = SegmentTap.Open(Note);

        ConnectTalkAndReset();
        await _reset.Task.WithinAsync();

        _seen.ShouldNotContain("of another interface");
    }

    [Fact]
    public async Task DisposeAsync_NothingPasses_Ends()
    {
        SegmentTap tap = SegmentTap.Open(Note, interfaceIndex: int.MaxValue);

        await tap.DisposeAsync().AsTask().WithinAsync();
        await tap.DisposeAsync().AsTask().WithinAsync();

        await tap.Ended.WithinAsync();
    }

    private void ConnectTalkAndReset()
    {
        _pair.Connect();
        _pair.Client.Send(new byte[7]);
        _pair.Server.Receive(new byte[7]).ShouldBe(7);
        _pair.Client.LingerState = new LingerOption(true, 0);
        _pair.Client.Close();
    }

    private void Note(SegmentPacket segment)
    {
        bool fromServer = segment.SourcePort == _pair.Port;
        if (!fromServer && segment.DestinationPort != _pair.Port)
        {
            return;
        }

        segment.Source.Address.ShouldBe(IPAddress.Loopback);
        _seen.Enqueue($"{(fromServer ? "server" : "client")} {segment.Flags.Names()}");
        if ((segment.Flags & TcpControlBits.Rst) != 0)
        {
            _reset.SetResult();
        }
    }
}
