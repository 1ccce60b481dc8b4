using System.Net;
using System.Text;
using GracefulHttp.Benchmarks.Watch;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.BenchmarkTests.Watch;

/// <summary>Segments made by hand, of one client port and one server unless said otherwise.</summary>
internal sealed class Edges(int clientPort = 50_000, int serverPort = 80)
{
    private const uint ClientStart = 1_000;
    private const uint ServerStart = 9_000;

    public IPEndPoint Client { get; } = new(IPAddress.Parse("10.0.0.1"), clientPort);

    public IPEndPoint Server { get; } = new(IPAddress.Parse("10.0.0.2"), serverPort);

    public WatchedEdge Syn(uint sequence = ClientStart) => FromClient(TcpControlBits.Syn, sequence, 0);

    public WatchedEdge SynAck() => FromServer(TcpControlBits.Syn | TcpControlBits.Ack, ServerStart, ClientStart + 1);

    public WatchedEdge ClientFin(bool seesServerFin = false) =>
        FromClient(TcpControlBits.Fin | TcpControlBits.Ack, ClientStart + 1, ServerStart + (seesServerFin ? 2u : 1u));

    public WatchedEdge ServerFin(bool seesClientFin = false) =>
        FromServer(TcpControlBits.Fin | TcpControlBits.Ack, ServerStart + 1, ClientStart + (seesClientFin ? 2u : 1u));

    public WatchedEdge ClientReset() => FromClient(TcpControlBits.Rst, ClientStart + 2, 0);

    public WatchedEdge ServerReset(string text = "") =>
        FromServer(TcpControlBits.Rst | TcpControlBits.Ack, 0, ClientStart + 1) with { Payload = Encoding.Latin1.GetBytes(text), PayloadLength = text.Length };

    private WatchedEdge FromClient(TcpControlBits flags, uint sequence, uint acknowledgment) => new(Client, Server, flags, sequence, acknowledgment, [], 0);

    private WatchedEdge FromServer(TcpControlBits flags, uint sequence, uint acknowledgment) => new(Server, Client, flags, sequence, acknowledgment, [], 0);
}
