using System.Diagnostics;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Reporting;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.BenchmarkTests;

/// <summary>Rows as a run would give them, with numbers that are easy to find again.</summary>
internal static class SampleRows
{
    private static readonly CompareStrategy[] Strategies = Enum.GetValues<CompareStrategy>();

    public static MachineDescription Machine { get; } =
        new("CPU <1> & more", 2, 4, "System", "Kernel", ".NET", new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero));

    public static CompareSettings Settings { get; } = new()
    {
        Strategies = Strategies,
        Cells =
        [
            .. from protocol in Enum.GetValues<WireProtocol>()
               from phase in Enum.GetValues<RequestPhase>()
               select new Cell(protocol, ServerKind.Kestrel, phase),
        ],
        Workers = 32,
        Abandon = 0.3,
        Timeout = TimeSpan.FromMilliseconds(20),
        MeasuredTime = TimeSpan.FromSeconds(1),
        Rounds = 2,
    };

    /// <summary>One row for each strategy in each cell.</summary>
    public static IReadOnlyList<CompareRow> All { get; } =
    [
        .. from cell in Settings.Cells
           from strategy in Strategies
           select Row(cell, strategy, resetsFromClient: strategy == CompareStrategy.Abort ? 100 : 0),
    ];

    public static CompareRow Row(
        Cell? cell = null, CompareStrategy strategy = CompareStrategy.Abort, long? resetsFromClient = 0, long kernelResets = 100, string? failure = null,
        CountingMethod? method = null, long? resetsFromServer = 0)
    {
        var work = new WorkTally();
        for (int i = 1; i <= 1000; i++)
        {
            work.Answer(Stopwatch.Frequency / 1000 * i, inTime: true);
        }

        for (int i = 0; i < 100; i++)
        {
            work.Abandon(Stopwatch.Frequency / 1000);
        }

        if (failure is not null)
        {
            work.Fail(failure);
        }

        var round = new CompareRound
        {
            Method = method ?? (resetsFromClient is null ? CountingMethod.KernelWholeMachine : CountingMethod.Segments),
            Work = work,
            Wire = new WireCounts(resetsFromClient, method is null && resetsFromClient is null ? null : resetsFromServer, kernelResets, ConnectionsOpened: 77, TimeWait: 55),
            Server = new ServerCounts(77, 0, 33, 0),
            Samples = [new SocketSample(0, 0, 0), new SocketSample(0.5, 40, 20), new SocketSample(1, 77, 55)],
            OkPerSecond = 1000,
            ConnectionsOpened = 77,
            CpuMicrosecondsPerOk = 123,
            EndedInTime = true,
        };
        return new CompareRow(cell ?? Settings.Cells[0], strategy, [round]);
    }
}
