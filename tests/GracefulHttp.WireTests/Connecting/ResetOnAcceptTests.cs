using System.Net;
using System.Net.Sockets;

namespace GracefulHttp.WireTests.Connecting;

/// <summary>
/// A peer that resets a connection as soon as it stands. The runtime asks the socket next for its peer, and does not wrap what that
/// throws: a caller of the plain client gets a <see cref="SocketException"/> now and then.
/// </summary>
public sealed class ResetOnAcceptTests : IDisposable
{
    private const int Enough = 1_000;

    // It is a race: the plain client loses some seven of a hundred.
    private const int Most = 100_000;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Thread _peer;

    public ResetOnAcceptTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _peer = new Thread(ResetAll);
        _peer.Start();
    }

    private Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}/");

    public void Dispose()
    {
        _listener.Dispose();
        _peer.Join();
    }

    [Fact]
    public async Task UseGracefulClose_PeerResetsAtOnce_FailsTheRequest() => (await AskAsync(new SocketsHttpHandler().UseGracefulClose(), Enough)).ShouldBe(0);

    [Fact]
    public async Task PlainClient_PeerResetsAtOnce_ThrowsWhatItsSocketThrew() => (await AskAsync(new SocketsHttpHandler(), Most)).ShouldBe(1);

    /// <returns>1 where a caller got an exception that tells of no request, and 0 where so many got none.</returns>
    private async Task<int> AskAsync(SocketsHttpHandler sockets, int most)
    {
        using var client = new HttpClient(sockets);
        Uri address = Address;
        for (int i = 0; i < most; i++)
        {
            try
            {
                await client.GetStringAsync(address);
            }
            catch (HttpRequestException)
            {
                // As documented.
            }
            catch (SocketException)
            {
                return 1;
            }
        }

        return 0;
    }

    private void ResetAll()
    {
        try
        {
            while (true)
            {
                using Socket accepted = _listener.Accept();
                accepted.LingerState = new LingerOption(true, 0);
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }
}
