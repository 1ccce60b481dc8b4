using System.Net;
using System.Net.Sockets;
using FsCheck.Fluent;
using GracefulHttp.Connections;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;
using GracefulHttp.Validation;

namespace GracefulHttp.Tests.Models;

/// <summary>
/// How a connection ends, whatever its peer does before and after it is closed: no FIN while an operation is in flight, then FIN, then
/// every byte that still comes is dropped until the peer's FIN, its RST, or a budget.
/// </summary>
/// <remarks>Over a connection on loopback: its states are the kernel's. What a step does has arrived before the next one.</remarks>
public sealed class CloserModelTests : IDisposable
{
    private const int Piece = 40;
    private const int MaxLingerSize = 100;

    private static readonly TimeSpan LingerTimeout = TimeSpan.FromSeconds(4.5);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public CloserModelTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public Task Connection_AnyStepsInAnyOrder_EndsAsItsModel()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The model knows the states of Linux.");
        return Steps.CheckAsync(
            Gen.Elements(Step.PeerSends, Step.PeerSends, Step.PeerEnds, Step.PeerResets, Step.Read, Step.ReadEnds, Step.ReadEnds, Step.Close, Step.Wait),
            steps => Run(steps),
            sequences: 300);
    }

    private void Run(Step[] steps)
    {
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        peer.Connect(_listener.LocalEndPoint!);
        using Socket socket = _listener.Accept();
        using var logs = new RecordingLoggerFactory();
        var clock = new FakeTimeProvider();
        var options = new CurrentOptions<GracefulCloseOptions>(
            new GracefulCloseOptions { MaxLingerSize = MaxLingerSize, LingerTimeout = LingerTimeout, MaxLingeringConnections = 10 });
        var closer = new ConnectionCloser(options, logs.CreateLogger("test"), null, clock);
        var gate = new OperationGate();
        var connection = new ClosingConnection(closer, gate, socket);
        var model = new Model();
        try
        {
            foreach (Step step in steps)
            {
                switch (step)
                {
                    case Step.PeerSends when model.CanPeerSend:
                        peer.Send(new byte[Piece]);
                        model.Sent += Piece;
                        break;
                    case Step.PeerEnds when model.CanPeerSend:
                        peer.Shutdown(SocketShutdown.Send);
                        model.HasPeerEnded = true;
                        break;
                    case Step.PeerResets when model is { HasPeerReset: false, Outcome: null }:
                        peer.LingerState = new LingerOption(enable: true, seconds: 0);
                        peer.Dispose();
                        model.HasPeerReset = true;
                        break;
                    case Step.Read:
                        gate.TryEnter(OperationGate.Read).ShouldBe(!model.IsClosed);
                        model.Reads += model.IsClosed ? 0 : 1;
                        break;
                    case Step.ReadEnds when model.Reads > 0:
                        gate.Exit(OperationGate.Read);
                        model.Reads--;
                        break;
                    case Step.Close when !model.IsClosed:
                        gate.TryClose().ShouldBeTrue();
                        closer.Close(connection);
                        model.IsClosed = true;
                        break;
                    case Step.Wait:
                        clock.Advance(TimeSpan.FromSeconds(1));
                        model.Waited += model.IsClosed && model.Outcome is null ? 1 : 0;
                        break;
                }

                model.Settle();
                Await(() => HasSettled(model, connection, peer), $"{model}");
                connection.IsDecided.ShouldBe(model.Outcome is not null, $"{model}");
            }

            // Whatever is left of it is bounded by its time.
            if (!model.IsClosed)
            {
                gate.TryClose();
                closer.Close(connection);
            }

            for (; model.Reads > 0; model.Reads--)
            {
                gate.Exit(OperationGate.Read);
            }

            clock.Advance(LingerTimeout + TimeSpan.FromSeconds(1));
            Await(() => closer.Closing == 0, "nothing closes any more");
            if (model.Outcome is { } outcome)
            {
                logs.Records.Single(static record => record.Id.Name == "ConnectionEnded").Values["Outcome"].ShouldBe(outcome, $"{model}");
            }
        }
        finally
        {
            gate.StopWaiting();
        }
    }

    /// <summary>Whether the kernel and the job have come as far as the model.</summary>
    private static bool HasSettled(Model model, ClosingConnection connection, Socket peer)
    {
        if (model.Outcome is not null)
        {
            return connection.IsDecided;
        }

        // The peer sees no FIN before the last operation is out, and then at once.
        bool seesFin = !model.HasPeerReset && peer.Poll(0, SelectMode.SelectRead);
        return model.IsLingering
            ? (model.HasPeerReset || seesFin) && connection.Discarded == model.Sent
            : !seesFin && (model.HasPeerReset || connection.Socket!.Available == model.Sent) && HasArrived(model, connection.Socket!);
    }

    private static bool HasArrived(Model model, Socket socket) =>
        model.HasPeerReset ? socket.Poll(0, SelectMode.SelectError) : TcpState.PeerHasFinished(socket) == model.HasPeerEnded;

    private static void Await(Func<bool> condition, string what) =>
        SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)).ShouldBeTrue($"not within 30 s: {what}");

    private enum Step
    {
        PeerSends,
        PeerEnds,
        PeerResets,
        Read,
        ReadEnds,
        Close,
        Wait,
    }

    private sealed record Model
    {
        public int Sent { get; set; }

        public int Reads { get; set; }

        /// <summary>Seconds since it was closed.</summary>
        public int Waited { get; set; }

        public bool HasPeerEnded { get; set; }

        public bool HasPeerReset { get; set; }

        public bool IsClosed { get; set; }

        /// <summary>As the log says it; null while it is not decided.</summary>
        public string? Outcome { get; private set; }

        public bool CanPeerSend => !HasPeerEnded && !HasPeerReset && Outcome is null;

        public bool IsLingering => IsClosed && Reads == 0;

        /// <summary>What a connection that is closed comes to.</summary>
        public void Settle()
        {
            if (!IsClosed || Outcome is not null)
            {
                return;
            }

            if (Waited > LingerTimeout.TotalSeconds)
            {
                // A FIN that has not been sent is not delivered; a connection that was reset has none.
                Outcome = IsLingering || HasPeerReset ? "linger_timeout" : "send_stuck";
            }
            else if (IsLingering)
            {
                // What came before an RST can still be read, a FIN as well.
                Outcome = Sent > MaxLingerSize ? "linger_size" : HasPeerEnded ? "closed" : HasPeerReset ? "peer_reset" : null;
            }
        }
    }
}
