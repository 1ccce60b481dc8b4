using System.Net.Sockets;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.TestKit;

/// <summary>The manual of the recorder: plain sockets end in every way there is, and this is what it sees of each.</summary>
public sealed class SegmentRecorderTests : IDisposable
{
    private readonly LoopbackPair _pair = new();

    public SegmentRecorderTests() => Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);

    public void Dispose() => _pair.Dispose();

    [Fact]
    public async Task Recorder_BothSidesShutDown_SeesOneFinEachAndNoReset()
    {
        await using var recorder = SegmentRecorder.Start(_pair.Port);
        _pair.Connect();

        _pair.Client.Shutdown(SocketShutdown.Send);
        _pair.Server.Receive(new byte[1]).ShouldBe(0);
        _pair.Server.Shutdown(SocketShutdown.Send);
        await recorder.SettleAsync();

        recorder.ConnectionsOpened.ShouldBe(1);
        recorder.FinsFromClient.ShouldBe(1);
        recorder.FinsFromServer.ShouldBe(1);
        recorder.ResetsFromClient.ShouldBe(0);
        recorder.ResetsFromServer.ShouldBe(0);
        recorder.Segments.Where(s => s.IsFin).Select(s => s.FromClient).ShouldBe([true, false]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recorder_LingerStateZero_SeesAResetFromThatSideOnly(bool client)
    {
        await using var recorder = SegmentRecorder.Start(_pair.Port);
        _pair.Connect();

        Socket socket = client ? _pair.Client : _pair.Server;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        await recorder.SettleAsync();

        recorder.ResetsFromClient.ShouldBe(client ? 1 : 0);
        recorder.ResetsFromServer.ShouldBe(client ? 0 : 1);
        recorder.ConnectionsResetByClient.ShouldBe(client ? 1 : 0);
        recorder.FinsFromClient.ShouldBe(0);
        recorder.FinsFromServer.ShouldBe(0);
    }

    [Fact]
    public async Task Recorder_DataArrivesAtAClosedSocket_SeesFinThenReset()
    {
        await using var recorder = SegmentRecorder.Start(_pair.Port);
        _pair.Connect();

        // What a plain HttpClient does to a server that answers late: its FIN is not the end of it.
        _pair.Client.Close();
        await recorder.WaitForAsync(r => r.FinsFromClient == 1);
        _pair.Server.Send(new byte[1]);
        await recorder.SettleAsync();

        recorder.Segments.Where(s => s.FromClient).Select(s => s.Flags & ~TcpControlBits.Ack)
            .ShouldBe([TcpControlBits.Syn, TcpControlBits.Fin, TcpControlBits.Rst]);
        recorder.ConnectionsResetByClient.ShouldBe(1);
        recorder.ConnectionsResetAfterTheirEnd.ShouldBe(0);
        recorder.ResetsFromServer.ShouldBe(0);
    }

    [Fact]
    public async Task Recorder_UnreadDataAtClose_SeesAResetAtOnceAndNoFin()
    {
        await using var recorder = SegmentRecorder.Start(_pair.Port);
        _pair.Connect();

        _pair.Server.Send(new byte[1]);
        _pair.Client.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead).ShouldBeTrue();
        _pair.Client.Close();
        await recorder.SettleAsync();

        recorder.ResetsFromClient.ShouldBe(1);
        recorder.FinsFromClient.ShouldBe(0);
    }

    [Fact]
    public async Task Recorder_EverySegment_IsSeenOnceWithItsPayload()
    {
        await using var recorder = SegmentRecorder.Start(RecordingDetail.EverySegment, _pair.Port);
        _pair.Connect();

        _pair.Client.Send(new byte[7]);
        _pair.Server.Receive(new byte[7]).ShouldBe(7);
        _pair.Server.Send(new byte[40_000]);
        await recorder.SettleAsync();

        // On loopback each segment passes once as sent and once as received: a recorder that saw both would count double.
        IReadOnlyList<Segment> all = recorder.Flow(recorder.Segments[0].ClientPort);
        all.Count(s => s.IsOpening).ShouldBe(1);
        all.Count(s => s.Flags == (TcpControlBits.Syn | TcpControlBits.Ack)).ShouldBe(1);
        all.Where(s => s.FromClient).Sum(s => s.PayloadLength).ShouldBe(7);
        all.Where(s => !s.FromClient).Sum(s => s.PayloadLength).ShouldBe(40_000);
        all.Where(s => s.PayloadLength > 0).Select(s => (s.FromClient, s.Sequence)).ShouldBeUnique();
    }

    [Fact]
    public async Task Recorder_OtherPort_SeesNothing()
    {
        using var other = new LoopbackPair();
        await using var recorder = SegmentRecorder.Start(RecordingDetail.EverySegment, _pair.Port);

        other.Connect();
        await recorder.SettleAsync();

        recorder.Segments.ShouldBeEmpty();
        recorder.ConnectionsOpened.ShouldBe(0);
    }

    [Fact]
    public async Task Recorder_BurstWithCountersOnly_CountsAllAndKeepsNothing()
    {
        const int Connections = 2_000;
        await using var recorder = SegmentRecorder.Start(RecordingDetail.CountersOnly, _pair.Port);

        for (int i = 0; i < Connections; i++)
        {
            _pair.Connect();
            _pair.Client.LingerState = new LingerOption(true, 0);
        }

        _pair.Dispose();
        await recorder.SettleAsync();

        recorder.ConnectionsOpened.ShouldBe(Connections);
        recorder.ConnectionsResetByClient.ShouldBe(Connections);
        recorder.Lost.ShouldBe(0);
        recorder.Segments.ShouldBeEmpty();
    }

    [Fact]
    public async Task WaitForAsync_ConditionNeverHolds_SaysWhatWasRecorded()
    {
        await using var recorder = SegmentRecorder.Start(_pair.Port);
        _pair.Connect();

        TimeoutException e = await Should.ThrowAsync<TimeoutException>(
            recorder.WaitForAsync(r => r.ResetsFromClient > 0, TimeSpan.FromMilliseconds(50)));

        e.Message.ShouldContain($"→ {_pair.Port} Syn");
    }
}
