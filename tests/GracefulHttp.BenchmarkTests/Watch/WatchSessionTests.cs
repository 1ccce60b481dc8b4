using System.Net;
using System.Net.Sockets;
using GracefulHttp.Benchmarks.Watch;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.BenchmarkTests.Watch;

/// <summary>Real connections, over both IP versions.</summary>
public sealed class WatchSessionTests : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly AwaitedText _log = new();

    public WatchSessionTests() => Assert.SkipUnless(SegmentTap.IsAvailable(out string whyNot), whyNot);

    public void Dispose()
    {
        _stop.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task RunAsync_EndedAbortedAndRefused_ShowsEachAsWhatItIs(string address)
    {
        var ip = IPAddress.Parse(address);
        Assert.SkipUnless(ip.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using var listener = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(ip, 0));
        listener.Listen();
        var server = (IPEndPoint)listener.LocalEndPoint!;
        Task watching = await WatchAsync(server.Port);

        (Socket client, Socket peer) = Connect(listener, server);
        client.Shutdown(SocketShutdown.Send);
        peer.Receive(new byte[1]).ShouldBe(0);
        peer.Dispose();
        client.Dispose();

        (client, peer) = Connect(listener, server);
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();
        peer.Dispose();

        listener.Dispose();
        using (var refused = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp))
        {
            Should.Throw<SocketException>(() => refused.Connect(server)).SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
        }

        await _log.WaitForAsync("refused");
        await _stop.CancelAsync();
        await watching.WithinAsync();

        _log.Lines.Where(line => line.Contains($" server {server}  ")).Select(Meaning).ShouldBe(
        [
            "> SYN", "< SYN ACK", "> FIN ACK  client first", "< FIN ACK",
            "> SYN", "< SYN ACK", "> RST ACK  abort",
            "> SYN", "< RST ACK  refused",
        ]);
        _log.Lines.ShouldContain("RSTs: 1 from clients, 1 from servers");
        _log.Lines.ShouldContain(line => line.StartsWith("connections: 3 in "));
    }

    /// <summary>What stands behind the ends, and which way it went.</summary>
    private static string Meaning(string line) => $"{(line.Contains(" > server ") ? '>' : '<')} {line[(line.IndexOf("  ", line.IndexOf(" server ")) + 2)..]}";

    private static (Socket Client, Socket Server) Connect(Socket listener, IPEndPoint server)
    {
        var client = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(server);
        return (client, listener.Accept());
    }

    private async Task<Task> WatchAsync(int port)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task watching = new WatchSession(new WatchedPorts([(port, port)]), _log).RunAsync(interfaceIndex: null, begun.SetResult, _stop.Token);
        await begun.Task.WithinAsync();
        return watching;
    }
}
