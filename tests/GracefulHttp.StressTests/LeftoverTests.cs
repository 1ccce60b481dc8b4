using System.Net.Sockets;
using System.Runtime.CompilerServices;
using GracefulHttp.StressTests.Storm;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.StressTests;

/// <summary>The same for what a round leaves in its process: each kind of it, left by hand.</summary>
public sealed class LeftoverTests
{
    // More than what other tests may still be closing.
    private const int ManySockets = 100;
    private const int SmallObject = 1024;
    private const int ManyObjects = 16 * 1024;

    [Fact]
    public void OpenDescriptors_SocketsLeftOpen_AreSeen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        (int sockets, int all) = (OpenDescriptors.Sockets(), OpenDescriptors.OtherThanFiles());

        Socket[] left = [.. Enumerable.Range(0, ManySockets).Select(static _ => new Socket(SocketType.Stream, ProtocolType.Tcp))];

        OpenDescriptors.Sockets().ShouldBeGreaterThan(sockets);
        OpenDescriptors.OtherThanFiles().ShouldBeGreaterThan(all);
        Array.ForEach(left, static socket => socket.Dispose());
    }

    [Fact]
    public void Heap_ObjectsHeld_Grows()
    {
        long before = Heap.CollectGarbage();

        byte[][] held = [.. Enumerable.Range(0, ManyObjects).Select(static _ => new byte[SmallObject])];

        (Heap.CollectGarbage() - before).ShouldBeGreaterThan(HeapGrowth.Slack);
        GC.KeepAlive(held);
    }

    /// <summary>A quick round behind a thorough one tells nothing, and neither do the first of a kind.</summary>
    [Fact]
    public void HeapHistory_RoundsOfTwoKinds_ComparesEachWithItsOwn()
    {
        var history = new HeapHistory();
        Add(isQuick: false, 90, 50, 10, 11, 12);
        history.Growths.ShouldBeEmpty();

        Add(isQuick: false, 13);
        Add(isQuick: true, 900, 500, 100, 110, 120, 130, 140);

        history.Growths.ShouldBe([new HeapGrowth(IsQuick: false, WarmedUp: 10, Last: 13), new HeapGrowth(IsQuick: true, WarmedUp: 100, Last: 140)]);

        void Add(bool isQuick, params long[] readings) => Array.ForEach(readings, bytes => history.Add(isQuick, bytes));
    }

    [Theory]
    [InlineData(HeapGrowth.Slack, true)]
    [InlineData(HeapGrowth.Slack + 1, false)]
    public void HeapGrowth_BeyondTheSlack_IsNotFlat(long growth, bool isFlat) =>
        new HeapGrowth(IsQuick: false, WarmedUp: 1000, Last: 1000 + growth).IsFlat.ShouldBe(isFlat);

    [Fact]
    public void ResidentPeak_OfThisProcess_IsMoreThanItsHeap()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");

        ResidentPeak.Read().ShouldBeGreaterThan(GC.GetTotalMemory(forceFullCollection: true));
    }

    [Fact]
    public void UnobservedExceptions_TaskThatNobodyLookedAt_IsSeen()
    {
        using var unobserved = new UnobservedExceptions();

        Fail();
        Heap.CollectGarbage();

        unobserved.Seen.Single().InnerException!.Message.ShouldBe("left");

        // Not inlined: the task must be garbage.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Fail() => _ = Task.FromException(new InvalidDataException("left"));
    }

    [Fact]
    public void StressLog_ExceptionLogged_IsAFailure()
    {
        using var log = new StressLog();
        var failure = new InvalidDataException("left");

        log.CreateLogger("any").Log(LogLevel.Error, failure, "Background work ended.");

        log.Failures.ShouldBe([failure]);
    }
}
