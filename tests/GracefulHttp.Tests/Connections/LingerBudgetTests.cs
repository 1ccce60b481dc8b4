using System.Net.Sockets;
using GracefulHttp.Connections;
using GracefulHttp.Validation;
using GracefulHttp.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace GracefulHttp.Tests.Connections;

/// <summary>Which of the closing connections is cut. Their sockets are not connected to anything.</summary>
public sealed class LingerBudgetTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<Socket> _sockets = [];
    private readonly GracefulCloseOptions _options = new() { MaxLingeringConnections = 2, LingerTimeout = TimeSpan.FromSeconds(5) };
    private readonly ConnectionCloser _closer;
    private readonly LingerBudget _budget;

    public LingerBudgetTests()
    {
        _closer = new ConnectionCloser(new CurrentOptions<GracefulCloseOptions>(_options), NullLogger.Instance, null, _clock);
        _budget = NewBudget(new ProcessLingers(int.MaxValue));
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    [Fact]
    public void TryAdd_OneTooMany_CutsTheOldest()
    {
        ClosingConnection[] lingering = [Lingering(), Lingering(), Lingering()];
        foreach (ClosingConnection connection in lingering)
        {
            _budget.TryAdd(connection).ShouldBeTrue();
        }

        lingering.Select(connection => connection.IsDecided).ShouldBe([true, false, false]);
        _budget.Count.ShouldBe(2);
    }

    [Fact]
    public void TryAdd_AReloadHasLoweredTheirNumber_CutsDownToIt()
    {
        _options.MaxLingeringConnections = 20;
        for (int i = 0; i < 20; i++)
        {
            _budget.TryAdd(Lingering());
        }

        _options.MaxLingeringConnections = 2;
        for (int i = 0; i < 3; i++)
        {
            _budget.TryAdd(Lingering());
        }

        _budget.Count.ShouldBe(2);
    }

    [Fact]
    public void TryAdd_OneTooManyWithAnAttemptAmongThem_CutsTheAttempt()
    {
        ClosingConnection[] closing = [Lingering(), Connecting(), Lingering()];
        foreach (ClosingConnection connection in closing)
        {
            _budget.TryAdd(connection).ShouldBeTrue();
        }

        closing.Select(connection => connection.IsDecided).ShouldBe([false, true, false]);
    }

    [Fact]
    public void TryAdd_AttemptsOnly_NeverCutAConnectionThatLingers()
    {
        ClosingConnection lingering = Lingering();
        _budget.TryAdd(lingering);

        for (int i = 0; i < 10; i++)
        {
            _budget.TryAdd(Connecting());
        }

        lingering.IsDecided.ShouldBeFalse();
        _budget.Count.ShouldBe(2);
    }

    [Fact]
    public void TryAdd_ProcessIsFull_CutsTheOldestOfTheHandlerThatAddsOne()
    {
        var process = new ProcessLingers(2);
        LingerBudget[] handlers = [NewBudget(process), NewBudget(process)];
        ClosingConnection[] ofFirst = [Lingering(), Lingering(), Lingering()];
        ClosingConnection ofSecond = Lingering();
        handlers[0].TryAdd(ofFirst[0]);
        handlers[0].TryAdd(ofFirst[1]);

        // It has none to give up but this one.
        handlers[1].TryAdd(ofSecond);
        handlers[0].TryAdd(ofFirst[2]);

        ofFirst.Append(ofSecond).Select(connection => connection.IsDecided).ShouldBe([true, false, false, true]);
        process.Count.ShouldBe(2);
        handlers[0].Remove(ofFirst[1]);
        handlers[0].Remove(ofFirst[2]);
        process.Count.ShouldBe(0);
    }

    [Fact]
    public void ProcessLingers_OfTheProcess_AreTenThousandWhateverTheOptionsSay()
    {
        var roomy = new GracefulCloseOptions { MaxLingeringConnections = 20_000 };
        var process = new ProcessLingers(GracefulCloseOptions.MaxLingeringConnectionsOfProcess);
        var budget = new LingerBudget(new CurrentOptions<GracefulCloseOptions>(roomy), process, NullLogger.Instance, _clock);
        Socket shared = NewSocket();
        ClosingConnection first = Lingering(shared);
        budget.TryAdd(first);

        for (int i = 1; i < 10_000; i++)
        {
            budget.TryAdd(Lingering(shared));
        }

        first.IsDecided.ShouldBeFalse();
        budget.TryAdd(Lingering(shared));
        first.IsDecided.ShouldBeTrue();
        (budget.Count, process.Count).ShouldBe((10_000, 10_000));
    }

    [Fact]
    public void TryAdd_CountOfZero_IsRefused()
    {
        _options.MaxLingeringConnections = 0;

        _budget.TryAdd(Lingering()).ShouldBeFalse();
    }

    [Fact]
    public async Task LingerTimeout_RunsOut_CutsWhatIsOldEnoughAndNoMore()
    {
        ClosingConnection first = Lingering();
        _budget.TryAdd(first);
        _clock.Advance(TimeSpan.FromSeconds(3));
        ClosingConnection second = Lingering();
        _budget.TryAdd(second);
        await _clock.WaitForTimerAsync();

        _clock.Advance(TimeSpan.FromSeconds(2));
        (first.IsDecided, second.IsDecided).ShouldBe((true, false));

        await _clock.WaitForTimerAsync();
        _clock.Advance(TimeSpan.FromSeconds(4));
        second.IsDecided.ShouldBeTrue();
        _budget.Count.ShouldBe(0);
    }

    private ClosingConnection Lingering(Socket? socket = null) =>
        Begun(new ClosingConnection(_closer, new OperationGate(), socket ?? NewSocket()));

    private LingerBudget NewBudget(ProcessLingers process) =>
        new(new CurrentOptions<GracefulCloseOptions>(_options), process, NullLogger.Instance, _clock);

    private ClosingConnection Connecting() => Begun(new ClosingConnection(_closer, new TaskCompletionSource().Task, NewSocket()));

    private ClosingConnection Begun(ClosingConnection connection)
    {
        connection.StartedAt = _clock.GetTimestamp();
        return connection;
    }

    private Socket NewSocket()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        return socket;
    }
}
