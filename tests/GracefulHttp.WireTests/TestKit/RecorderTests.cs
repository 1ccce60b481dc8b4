using System.Diagnostics.Metrics;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GracefulHttp.WireTests.TestKit;

/// <summary>The recorders of logs and metrics, and the deadline that ends every wait.</summary>
public sealed class RecorderTests
{
    [Fact]
    public async Task RecordingLoggerFactory_LoggedLater_IsWaitedForAndKeepsItsValues()
    {
        using var factory = new RecordingLoggerFactory();
        Task<LogRecord> awaited = factory.WaitForAsync(record => record.Level == LogLevel.Warning);

        factory.CreateLogger("wire").LogDebug("not this one");
        factory.CreateLogger("wire").LogWarning(new EventId(7, "Reset"), "{Count} resets", 3);

        LogRecord record = await awaited;
        record.ShouldBe(factory.Records[1]);
        record.Message.ShouldBe("3 resets");
        record.Id.Name.ShouldBe("Reset");
        record.Values["Count"].ShouldBe(3);
    }

    [Fact]
    public void MeterRecorder_TwoFactoriesWithOneMeterName_HearsItsOwn()
    {
        using var mine = new TestMeterFactory();
        using var other = new TestMeterFactory();
        using var recorder = new MeterRecorder("m", mine);

        mine.Create(new MeterOptions("m")).CreateCounter<long>("c").Add(2, new KeyValuePair<string, object?>("outcome", "closed"));
        mine.Create(new MeterOptions("m")).CreateCounter<long>("c").Add(3, new KeyValuePair<string, object?>("outcome", "reset"));
        other.Create(new MeterOptions("m")).CreateCounter<long>("c").Add(5);

        recorder.Sum("c").ShouldBe(5);
        recorder.Sum("c", ("outcome", "reset")).ShouldBe(3);
    }

    [Fact]
    public async Task WithinAsync_TaskHangs_NamesWhatWasAwaitedAndWhere()
    {
        var never = new TaskCompletionSource();

        TimeoutException e = await Should.ThrowAsync<TimeoutException>(() => never.Task.WithinAsync(TimeSpan.FromMilliseconds(1)));

        e.Message.ShouldContain("never.Task");
        e.Message.ShouldContain($"{nameof(RecorderTests)}.cs:");
    }
}
