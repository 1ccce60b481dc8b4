using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using GracefulHttp.Diagnostics;
using GracefulHttp.TestKit.Diagnostics;

namespace GracefulHttp.Tests.Diagnostics;

/// <summary>The README's table, the constants and the instruments are the same.</summary>
public sealed partial class TelemetryNamesTests
{
    private static readonly string Section = ReadSection();

    [Fact]
    public void Readme_EveryConstant_IsInTheTelemetrySection()
    {
        foreach (FieldInfo constant in typeof(GracefulHttpTelemetry).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            Section.ShouldContain($"`{constant.GetRawConstantValue()}`", customMessage: constant.Name);
        }
    }

    [Fact]
    public void Readme_EveryNameOfOurs_IsAConstant()
    {
        string[] constants = [.. typeof(GracefulHttpTelemetry).GetFields().Select(field => (string)field.GetRawConstantValue()!)];

        OurName().Matches(Section).Select(match => match.Groups[1].Value).ShouldBeSubsetOf(constants);
    }

    [Fact]
    public void Readme_Table_IsWhatTheInstrumentsAre()
    {
        using var meters = new TestMeterFactory();
        using var ours = new MeterRecorder(GracefulHttpTelemetry.Name, meters);
        using var host = new MeterRecorder(GracefulHttpTelemetry.HostMeterName);
        _ = new RequestMetrics(meters);
        _ = new ConnectionMetrics(meters);
        _ = new RetryMetrics(meters);
        Assert.SkipUnless(HostMetrics.Publish(), "This system does not tell how many resets it sends.");

        IEnumerable<string> instruments = ours.Instruments.Concat(host.Instruments).Select(i => $"{i.Name} | {Kind(i)} | {i.Unit}");

        TableRow().Matches(Section).Select(row => $"{row.Groups[1]} | {row.Groups[2]} | {row.Groups[3]}")
            .ShouldBe(instruments, ignoreOrder: true);
    }

    [Fact]
    public void Instruments_All_AreDescribed()
    {
        using var meters = new TestMeterFactory();
        using var recorder = new MeterRecorder(GracefulHttpTelemetry.Name, meters);
        _ = new RequestMetrics(meters);
        _ = new ConnectionMetrics(meters);
        _ = new RetryMetrics(meters);

        recorder.Instruments.ShouldNotBeEmpty();
        recorder.Instruments.ShouldAllBe(instrument => !string.IsNullOrEmpty(instrument.Description));
        recorder.Instruments.OfType<Histogram<double>>().ShouldHaveSingleItem().Advice!.HistogramBucketBoundaries!.ShouldContain(2, "the default drain timeout");
        recorder.Instruments.OfType<Histogram<long>>().ShouldHaveSingleItem().Advice!.HistogramBucketBoundaries!.ShouldContain(1 << 20, "the default drain size");
    }

    private static string Kind(Instrument instrument) => instrument switch
    {
        Counter<long> => "counter",
        UpDownCounter<long> => "up-down counter",
        Histogram<long> or Histogram<double> => "histogram",
        ObservableCounter<long> => "observable counter",
        _ => instrument.GetType().Name,
    };

    private static string ReadSection()
    {
        string readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        int begin = readme.IndexOf("## Telemetry", StringComparison.Ordinal);
        return readme[begin..readme.IndexOf("\n## ", begin + 1, StringComparison.Ordinal)];
    }

    [GeneratedRegex("`(graceful_http\\.[a-z0-9_.]+)`")]
    private static partial Regex OurName();

    [GeneratedRegex(@"^\| `([a-z_.]+)` \| ([a-z -]+) \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
