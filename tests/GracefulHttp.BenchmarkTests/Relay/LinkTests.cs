using GracefulHttp.Benchmarks.Relay;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.BenchmarkTests.Relay;

public sealed class LinkTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Carry_NoLimit_TakesTheDelayWhateverTheSize()
    {
        var link = new Link(_time, TimeSpan.FromMilliseconds(25), bitsPerSecond: null);

        Arrival(link.Carry(1)).ShouldBe(TimeSpan.FromMilliseconds(25));
        Arrival(link.Carry(1_000_000)).ShouldBe(TimeSpan.FromMilliseconds(25));
    }

    [Fact]
    public void Carry_Limit_BytesQueueBehindEachOther()
    {
        // 8 kbit/s: a byte each millisecond.
        var link = new Link(_time, TimeSpan.FromMilliseconds(5), bitsPerSecond: 8000);

        Arrival(link.Carry(10)).ShouldBe(TimeSpan.FromMilliseconds(15));
        Arrival(link.Carry(20)).ShouldBe(TimeSpan.FromMilliseconds(35));
        Arrival(link.Carry(0)).ShouldBe(TimeSpan.FromMilliseconds(35), "a FIN comes after what was sent before it");
    }

    [Fact]
    public void Carry_LinkWasIdle_SavesNothingUp()
    {
        var link = new Link(_time, TimeSpan.Zero, bitsPerSecond: 8000);
        link.Carry(10);
        _time.Advance(TimeSpan.FromSeconds(1));

        Arrival(link.Carry(10)).ShouldBe(TimeSpan.FromMilliseconds(1010));
    }

    [Fact]
    public void UnderWay_Delivered_GoesDown()
    {
        var link = new Link(_time, TimeSpan.Zero, bitsPerSecond: null);
        link.Carry(1);
        link.Carry(1);
        link.UnderWay.ShouldBe(2);

        link.Delivered();

        link.UnderWay.ShouldBe(1);
    }

    private TimeSpan Arrival(long timestamp) => _time.GetElapsedTime(0, timestamp);
}
