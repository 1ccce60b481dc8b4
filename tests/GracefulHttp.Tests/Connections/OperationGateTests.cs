using GracefulHttp.Connections;

namespace GracefulHttp.Tests.Connections;

public sealed class OperationGateTests
{
    private readonly OperationGate _gate = new();

    [Fact]
    public void TryClose_NothingInFlight_IsQuiescedAtOnce()
    {
        _gate.TryClose().ShouldBeTrue();

        _gate.Quiesced.IsCompletedSuccessfully.ShouldBeTrue();
        _gate.WasIdle.ShouldBeTrue();
        _gate.WriteFailed.ShouldBeFalse();
    }

    [Fact]
    public void TryClose_Twice_SecondIsNotTheOwner()
    {
        _gate.TryClose().ShouldBeTrue();

        _gate.TryClose().ShouldBeFalse();
    }

    [Fact]
    public void TryEnter_Closing_IsRefusedAndLeavesNoTrace()
    {
        _gate.TryClose();

        _gate.TryEnter(OperationGate.Read).ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => _gate.Enter(OperationGate.Write));
        _gate.Quiesced.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void TryClose_ReadInFlight_CancelsOnlyReadsAndWaitsForItsExit()
    {
        _gate.Enter(OperationGate.Read);

        _gate.TryClose();

        _gate.ReadToken.IsCancellationRequested.ShouldBeTrue();
        _gate.WriteToken.IsCancellationRequested.ShouldBeFalse("one token for both would also cancel the write of close_notify");
        _gate.WriteFailed.ShouldBeFalse();
        _gate.Quiesced.IsCompleted.ShouldBeFalse();

        _gate.Exit(OperationGate.Read);

        _gate.Quiesced.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void TryClose_WriteInFlight_CancelsItAndWaits()
    {
        _gate.Enter(OperationGate.Read);
        _gate.Enter(OperationGate.Write);

        _gate.TryClose();

        _gate.WriteToken.IsCancellationRequested.ShouldBeTrue();
        _gate.WriteFailed.ShouldBeFalse("it may have been through already");
        _gate.Exit(OperationGate.Write);
        _gate.Quiesced.IsCompleted.ShouldBeFalse("a read is still out");
        _gate.Exit(OperationGate.Read);
        _gate.Quiesced.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void StopWaiting_OperationThatDoesNotComeBack_EndsTheWaiting()
    {
        _gate.Enter(OperationGate.Read);
        _gate.TryClose();

        _gate.StopWaiting();

        _gate.Quiesced.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task TryClose_RacingWithOperations_HasOneOwnerAndQuiescesAfterTheLastExit()
    {
        for (int round = 0; round < 2_000; round++)
        {
            var gate = new OperationGate();
            int inside = 0;
            int owners = 0;
            using var start = new Barrier(3);
            Task operations = Task.Run(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                while (gate.TryEnter(OperationGate.Read))
                {
                    Interlocked.Increment(ref inside);
                    Interlocked.Decrement(ref inside);
                    gate.Exit(OperationGate.Read);
                }
            });
            async Task CloseAsync()
            {
                await Task.Yield();
                start.SignalAndWait(TestContext.Current.CancellationToken);
                if (gate.TryClose())
                {
                    Interlocked.Increment(ref owners);
                }

                await gate.Quiesced;
                Volatile.Read(ref inside).ShouldBe(0);
            }

            await Task.WhenAll(operations, Task.Run(CloseAsync), Task.Run(CloseAsync));
            owners.ShouldBe(1);
        }
    }
}
