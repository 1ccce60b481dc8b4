using FsCheck.Fluent;
using GracefulHttp.Connections;

namespace GracefulHttp.Tests.Models;

/// <summary>Who may use a stream, and when the last one is out: until then nobody else touches it.</summary>
public sealed class OperationGateModelTests
{
    [Fact]
    public Task Gate_AnyStepsInAnyOrder_DoesAsItsModel() =>
        Steps.CheckAsync(Gen.Elements(Enum.GetValues<Step>()), static steps => Run(steps), sequences: 2_000);

    private static void Run(Step[] steps)
    {
        var gate = new OperationGate();
        int reads = 0;
        int writes = 0;
        (int Reads, int Writes)? whenClosed = null;
        bool allowsWrites = false;
        foreach (Step step in steps)
        {
            switch (step)
            {
                case Step.Read:
                    gate.TryEnter(OperationGate.Read).ShouldBe(whenClosed is null);
                    reads += whenClosed is null ? 1 : 0;
                    break;
                case Step.Write:
                    gate.TryEnter(OperationGate.Write).ShouldBe(whenClosed is null);
                    writes += whenClosed is null ? 1 : 0;
                    break;
                case Step.ReadEnds when reads > 0:
                    gate.Exit(OperationGate.Read);
                    reads--;
                    break;
                case Step.WriteEnds when writes > 0:
                    gate.Exit(OperationGate.Write);
                    writes--;
                    break;
                case Step.Close:
                    gate.TryClose().ShouldBe(whenClosed is null);
                    whenClosed ??= (reads, writes);
                    break;
                case Step.AllowWrites when whenClosed is not null && writes == 0:
                    gate.AllowWrites();
                    allowsWrites = true;
                    break;
            }

            gate.IsClosing.ShouldBe(whenClosed is not null);
            gate.ReadToken.IsCancellationRequested.ShouldBe(whenClosed is { } read && read != (0, 0));
            gate.WriteToken.IsCancellationRequested.ShouldBe(whenClosed is { Writes: > 0 } && !allowsWrites);
            gate.WasIdle.ShouldBe(whenClosed == (0, 0));
            gate.WasWriting.ShouldBe(whenClosed is { Writes: > 0 });
            if (whenClosed is not null)
            {
                gate.Quiesced.IsCompleted.ShouldBe(reads + writes == 0);
            }
        }
    }

    private enum Step
    {
        Read,
        Write,
        ReadEnds,
        WriteEnds,
        Close,
        AllowWrites,
    }
}
