using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.Hostile;

/// <summary>
/// A peer that never comes to an end costs the budgets and no more, wherever in its answer it goes on for ever. No time passes on
/// the test's clock unless the test says so: what ends here without it was ended by its bytes.
/// </summary>
public sealed class EndlessPeerTests : WireTest
{
    // More than the budgets and the buffers of a connection hold: who has written so much has been read.
    private const int Much = 1024 * 1024;

    // What is read at once may exceed a budget before that is noticed.
    private const int OneRead = 64 * 1024;

    private static readonly byte[] Piece = Encoding.ASCII.GetBytes(new string('x', 16 * 1024));

    private readonly FakeTimeProvider _clock = new();
    private readonly GracefulHttpOptions _options = new() { MaxDrainSize = 100_000, MaxLingerSize = 200_000 };
    private readonly SyncPoint _muchIsOut = new();
    private long _written;
    private long _writtenInTime;

    public EndlessPeerTests() => ExpectedWarning = "linger_size";

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Body_WithoutEnd_CostsTheDrainSizeAndTheLingerSize(Scheme scheme)
    {
        await AbandonAsync(scheme, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4000\r\n" + Encoding.ASCII.GetString(Piece) + "\r\n");

        await ShouldEndByItsBytesAsync("drain_size");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Headers_WithoutEnd_CostTheRuntimesLimitAndTheLingerSize(Scheme scheme)
    {
        await AbandonAsync(scheme, "HTTP/1.1 200 OK\r\n", "X-Flood: flood\r\n");

        await ShouldEndByItsBytesAsync("failed");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Trailers_WithoutEnd_CostTheRuntimesLimitAndTheLingerSize(Scheme scheme)
    {
        await AbandonAsync(scheme, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-Flood: flood\r\n");

        await ShouldEndByItsBytesAsync("failed");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task ChunkExtension_WithoutEnd_CostsTheRuntimesLimitAndTheLingerSize(Scheme scheme)
    {
        await AbandonAsync(scheme, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "flood");

        await ShouldEndByItsBytesAsync("failed");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task InterimResponses_WithoutEnd_CostTheRuntimesLimitAndTheLingerSize(Scheme scheme)
    {
        await AbandonAsync(scheme, "", "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n");

        await ShouldEndByItsBytesAsync("failed");
    }

    /// <summary>The runtime drops extensions, however many come with how little body: it is the drain's time that bounds them.</summary>
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task ChunkExtensions_WithHardlyAnyBody_CostTheDrainTimeoutAndTheLingerSize(Scheme scheme)
    {
        await AbandonAsync(scheme, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", $"1;{new string('x', 15_000)}\r\nx\r\n");
        await _clock.WaitForTimerAsync(_options.DrainTimeout);
        await _muchIsOut.ArrivedAsync();
        await ShouldBeUntouchedAsync();
        _writtenInTime = Volatile.Read(ref _written);
        _clock.Advance(_options.DrainTimeout);
        await Logs.WaitForAsync(record => record.Id.Name == "RequestEnded");
        _muchIsOut.Release();

        await ShouldEndByItsBytesAsync("drain_timeout");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Garbage_WithoutEnd_CostsTheLingerSize(Scheme scheme)
    {
        await AbandonAsync(scheme, "", "This is not HTTP.\r\n");

        await ShouldEndByItsBytesAsync("failed");
    }

    /// <summary>Abandons a request that is then answered with <paramref name="head"/>, and for ever after with <paramref name="flood"/>.</summary>
    private async Task AbandonAsync(Scheme scheme, string head, string flood)
    {
        byte[] floods = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(flood, Math.Max(1, Piece.Length / flood.Length))));
        Serve(scheme, async exchange =>
        {
            exchange.Connection.SendBufferSize = SmallBuffers.Size;
            await Held.ArriveAsync();
            await exchange.WriteRawAsync(Encoding.ASCII.GetBytes(head));
            while (exchange.WriteFault is null)
            {
                await exchange.WriteRawAsync(floods);
                if (Interlocked.Add(ref _written, floods.Length) > Much)
                {
                    // What counts by time goes on while it passes; here it passes at a stroke, and nothing is written meanwhile.
                    await _muchIsOut.ArriveAsync();
                }
            }
        });
        WireClient client = Connect(_options, _clock);
        ((SocketsHttpHandler)client.Graceful!.InnerHandler!).ConnectCallback = SmallBuffers.ConnectAsync;
        await client.AbandonAsync(Held, Phase.Headers);
        Held.Release();
    }

    private async Task ShouldEndByItsBytesAsync(string outcome)
    {
        await Recorder.WaitForAsync(recorder => recorder.ConnectionsResetByClient == 1);
        await Server.Connections[0].Ended.WithinAsync();
        await Logs.WaitForAsync(record => record.Id.Name == "ConnectionEnded");
        await Logs.WaitForAsync(record => record.Id.Name == "RequestEnded");
        Logs.AbandonOutcomes().ShouldBe([outcome]);
        Discarded("RequestEnded").ShouldBeLessThanOrEqualTo(_options.MaxDrainSize + OneRead);
        Discarded("ConnectionEnded").ShouldBeInRange(_options.MaxLingerSize, _options.MaxLingerSize + OneRead);

        // And what the peer says of it, beyond what it could send while it was time that counted.
        (Volatile.Read(ref _written) - _writtenInTime).ShouldBeLessThanOrEqualTo(_options.MaxDrainSize + _options.MaxLingerSize + SmallBuffers.Slack);
    }

    private long Discarded(string eventName) => (long)Logs.Records.Single(record => record.Id.Name == eventName).Values["Discarded"]!;
}
