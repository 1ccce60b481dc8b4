using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>
/// The same over HTTP/2: a flood costs an abandoned request its drain, and the connection, which is everybody's and ends with the
/// client, its lingering. What the flood costs in between is the runtime's, and no more than without us.
/// </summary>
public sealed class EndlessHttp2PeerTests
{
    private const int OneRead = 64 * 1024;

    private const byte DataFrame = 0;
    private const byte HeadersFrame = 1;
    private const byte SettingsFrame = 4;
    private const byte PingFrame = 6;
    private const byte ContinuationFrame = 9;
    private const byte EndHeaders = 4;

    // In HPACK's static table (RFC 7541, appendix A): ":status: 200", and the name alone, its value to follow.
    private const byte Status200 = 0x88;
    private const byte StatusName = 8;

    private readonly FakeTimeProvider _clock = new();
    private readonly GracefulHttpOptions _options = new() { MaxDrainSize = 100_000, MaxLingerSize = 200_000 };

    public EndlessHttp2PeerTests() => Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);

    [Fact]
    public Task Continuations_WithoutEnd_CostTheRuntimesLimitAndTheLingerSize() => ShouldEndByItsBytesAsync(
        Http2FloodServer.Frame(HeadersFrame, 0, 1, [Status200]), Http2FloodServer.Frame(ContinuationFrame, 0, 1, Headers(500)), "failed");

    /// <summary>Where the acknowledgements go out more slowly than the frames come in, the runtime's limit for what waits ends it before.</summary>
    [Fact]
    public Task Pings_WithoutEnd_CostTheDrainTimeoutAndTheLingerSize() => ShouldEndByItsBytesAsync(
        [], Repeat(Http2FloodServer.Frame(PingFrame, 0, 0, new byte[8]), 500), "drain_timeout", "failed");

    /// <inheritdoc cref="Pings_WithoutEnd_CostTheDrainTimeoutAndTheLingerSize"/>
    [Fact]
    public Task Settings_WithoutEnd_CostTheDrainTimeoutAndTheLingerSize() => ShouldEndByItsBytesAsync(
        [], Repeat(Http2FloodServer.Frame(SettingsFrame, 0, 0, []), 500), "drain_timeout", "failed");

    [Fact]
    public Task InterimResponses_WithoutEnd_CostTheRuntimesLimitAndTheLingerSize() => ShouldEndByItsBytesAsync(
        [], Repeat(Http2FloodServer.Frame(HeadersFrame, EndHeaders, 1, [StatusName, 3, .. "103"u8, .. Headers(10)]), 100), "failed");

    /// <summary>Whatever the windows say, which the runtime fails the connection for, where the drain is not faster.</summary>
    [Fact]
    public Task Data_WithoutEnd_CostsTheDrainSizeAndTheLingerSize() => ShouldEndByItsBytesAsync(
        Http2FloodServer.Frame(HeadersFrame, EndHeaders, 1, [Status200]), Http2FloodServer.Frame(DataFrame, 0, 1, new byte[16 * 1024]), "drain_size", "failed");

    private static byte[] Headers(int count) => Repeat(Literal("x-flood", "flood"), count);

    /// <summary>Without indexing, name and value in full.</summary>
    private static byte[] Literal(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static byte[] Repeat(byte[] bytes, int count) => [.. Enumerable.Repeat(bytes, count).SelectMany(static one => one)];

    private async Task ShouldEndByItsBytesAsync(byte[] opening, byte[] flood, params string[] outcomes)
    {
        await using var server = new Http2FloodServer(opening, flood);
        await using SegmentRecorder recorder = SegmentRecorder.Start(server.Port);
        using var logs = new RecordingLoggerFactory();
        using var handler = new GracefulHttpHandler(_options, new SocketsHttpHandler { ConnectCallback = SmallBuffers.ConnectAsync }) { LoggerFactory = logs, TimeProvider = _clock };
        await server.AbandonRequestAsync(handler, recorder);
        await _clock.WaitForTimerAsync(_options.DrainTimeout);
        server.BeginFlood();
        await server.MuchIsOut.ArrivedAsync();
        if (outcomes.Contains("drain_timeout"))
        {
            _clock.Advance(_options.DrainTimeout);
        }

        await logs.WaitForAsync(record => record.Id.Name == "RequestEnded");
        outcomes.ShouldContain(logs.AbandonOutcomes().ShouldHaveSingleItem());
        long writtenBefore = server.Written;
        handler.Dispose();

        // What comes from here on goes to a connection that lingers, and not to the runtime.
        await recorder.WaitForAsync(r => r.FinsFromClient + r.ConnectionsResetByClient > 0);
        server.MuchIsOut.Release();
        await server.Ended.WithinAsync();
        await logs.WaitForAsync(record => record.Id.Name == "ConnectionEnded");
        IReadOnlyDictionary<string, object?> ended = logs.Records.Single(record => record.Id.Name == "ConnectionEnded").Values;
        ended["Outcome"].ShouldBe("linger_size");
        ((long)ended["Discarded"]!).ShouldBeInRange(_options.MaxLingerSize, _options.MaxLingerSize + OneRead);
        (server.Written - writtenBefore).ShouldBeLessThanOrEqualTo(_options.MaxLingerSize + SmallBuffers.Slack);
        await handler.WaitForIdleAsync().WithinAsync();
        await recorder.SettleAsync();
        recorder.ConnectionsResetByClient.ShouldBe(1);
    }
}
