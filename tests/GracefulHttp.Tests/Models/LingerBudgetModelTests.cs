using System.Net.Sockets;
using FsCheck.Fluent;
using GracefulHttp.Connections;
using GracefulHttp.TestKit.Time;
using GracefulHttp.Validation;
using Microsoft.Extensions.Logging.Abstractions;

namespace GracefulHttp.Tests.Models;

/// <summary>Which closing connections are cut, and when: bounded in number and in time, the oldest first.</summary>
public sealed class LingerBudgetModelTests
{
    private const int ProcessCap = 5;

    // Between two whole seconds, in which the clock is moved: nothing is cut at the very moment at which it is looked at.
    private static readonly TimeSpan LingerTimeout = TimeSpan.FromSeconds(4.5);

    [Fact]
    public Task Budget_AnyStepsInAnyOrder_DoesAsItsModel() => Steps.CheckAsync(
        from kind in Gen.Elements(Step.Linger, Step.Linger, Step.Linger, Step.Connect, Step.Leave, Step.Wait, Step.Limit)
        from number in Gen.Choose(0, 5)
        select (kind, number),
        Run,
        sequences: 200);

    private static void Run((Step Kind, int Number)[] steps)
    {
        var clock = new FakeTimeProvider();
        var options = new GracefulCloseOptions { MaxLingeringConnections = 3, LingerTimeout = LingerTimeout };
        var current = new CurrentOptions<GracefulCloseOptions>(options);
        var closer = new ConnectionCloser(current, NullLogger.Instance, null, clock);
        var process = new ProcessLingers(ProcessCap);
        var budget = new LingerBudget(current, process, NullLogger.Instance, clock);
        var all = new List<ClosingConnection>();
        var sockets = new List<Socket>();
        var left = new HashSet<ClosingConnection>();

        // The model: those that linger, oldest first.
        var lingering = new List<ClosingConnection>();
        try
        {
            foreach ((Step kind, int number) in steps)
            {
                switch (kind)
                {
                    case Step.Linger or Step.Connect:
                        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                        sockets.Add(socket);
                        ClosingConnection added = kind == Step.Linger
                            ? new ClosingConnection(closer, new OperationGate(), socket)
                            : new ClosingConnection(closer, new TaskCompletionSource().Task, socket);
                        added.StartedAt = clock.GetTimestamp();
                        budget.TryAdd(added).ShouldBe(options.MaxLingeringConnections > 0);
                        if (options.MaxLingeringConnections > 0)
                        {
                            all.Add(added);
                            lingering.Add(added);

                            // Several where their number has been lowered.
                            while (lingering.Count > Math.Min(options.MaxLingeringConnections, ProcessCap))
                            {
                                // An attempt costs nobody a peaceful end.
                                lingering.Remove(lingering.Find(static connection => connection.IsConnecting) ?? lingering[0]);
                            }
                        }

                        break;
                    case Step.Leave when lingering.Count > 0:
                        ClosingConnection ended = lingering[number % lingering.Count];
                        budget.Remove(ended);
                        budget.Remove(ended);
                        lingering.Remove(ended);
                        left.Add(ended);
                        break;
                    case Step.Wait:
                        clock.Advance(TimeSpan.FromSeconds(number));
                        lingering.RemoveAll(connection => clock.GetElapsedTime(connection.StartedAt) > LingerTimeout);
                        break;
                    case Step.Limit:
                        options.MaxLingeringConnections = number;
                        break;
                }

                all.Where(static connection => !connection.IsDecided).ShouldBe(lingering.Concat(left), ignoreOrder: true);
                (budget.Count, process.Count).ShouldBe((lingering.Count, lingering.Count));
            }
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }
    }

    private enum Step
    {
        Linger,
        Connect,
        Leave,
        Wait,
        Limit,
    }
}
