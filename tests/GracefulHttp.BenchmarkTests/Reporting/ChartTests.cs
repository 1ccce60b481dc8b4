using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Reporting.Charts;

namespace GracefulHttp.BenchmarkTests.Reporting;

public sealed class ChartTests
{
    [Fact]
    public void LabelLayout_ManyMarksInOnePlace_NoLabelCoversAnotherOrAMark()
    {
        var layout = new LabelLayout(new Box(0, 0, 500, 300));
        (double X, double Y)[] marks = [.. Enumerable.Range(0, 9).Select(i => (400.0 - (3 * i), 290.0))];
        foreach ((double x, double y) in marks)
        {
            layout.Take(Box.Around(x, y, 7));
        }

        Box[] labels = [.. marks.Select(mark => layout.Place(mark.X, mark.Y, "close https"))];

        for (int i = 0; i < labels.Length; i++)
        {
            labels[i].IsWithin(new Box(0, 0, 500, 300)).ShouldBeTrue();
            labels[(i + 1)..].ShouldNotContain(other => other.Overlaps(labels[i]));
            marks.ShouldNotContain(mark => Box.Around(mark.X, mark.Y, 7).Overlaps(labels[i]));
        }
    }

    [Fact]
    public void LabelLayout_LonelyMark_HasItsLabelBeside()
    {
        Box label = new LabelLayout(new Box(0, 0, 500, 300)).Place(100, 100, "abort");

        label.Left.ShouldBeInRange(100, 115);
        ((label.Top + label.Bottom) / 2).ShouldBe(100);
    }

    [Fact]
    public void LabelColumn_SameHeights_MovesThemApartWithinTheEnds()
    {
        double[] places = LabelLayout.Column([100, 100, 100, 10], top: 0, bottom: 100);

        places.Order().Zip(places.Order().Skip(1)).ShouldAllBe(pair => pair.Second - pair.First >= 14);
        places.Max().ShouldBe(100);
        places[3].ShouldBe(10);
    }

    [Fact]
    public void SocketPanel_MorePortsWaitThanConnectionsWereOpened_HasRoomForBoth()
    {
        CompareRow row = SampleRows.Row();
        row = row with { Rounds = [row.Rounds[0] with { Samples = [new SocketSample(0, 0, 0), new SocketSample(1, 40, 600)] }] };

        XElement picture = new SocketPanel(SampleRows.Settings, [row]).Draw().ShouldHaveSingleItem();

        picture.Descendants(Svg.Namespace + "text").Select(text => text.Value).ShouldContain("600");
    }

    [Theory]
    [InlineData(0.7, 0.8)]
    [InlineData(97, 100)]
    [InlineData(1000, 1000)]
    [InlineData(3700, 4000)]
    public void ScaleLinear_AnyMaximum_EndsAtARoundStep(double most, double end)
    {
        Scale scale = Scale.Linear(most);

        scale.Ticks[^1].Value.ShouldBe(end, 1e-9);
        scale.Position(end).ShouldBe(1, 1e-9);
        scale.Position(0).ShouldBe(0);
    }

    [Fact]
    public void ScaleLogarithmic_EachPowerOfTen_IsAsFarFromTheNext()
    {
        Scale scale = Scale.Logarithmic(0.3, 70);

        scale.Ticks.Select(tick => tick.Label).ShouldBe(["0.1", "1", "10", "100"]);
        scale.Ticks.Select(tick => Math.Round(scale.Position(tick.Value), 6)).ShouldBe([0, 0.333333, 0.666667, 1]);
    }

    [Fact]
    public void ScaleNines_EachNine_IsAsFarFromTheNext()
    {
        Scale scale = Scale.Nines(0.999);

        ((double[])[0, 0.9, 0.99, 0.999]).Select(share => Math.Round(scale.Position(share), 6)).ShouldBe([0, 0.333333, 0.666667, 1]);
        scale.Ticks.Select(tick => tick.Label).ShouldBe(["0 %", "50 %", "90 %", "99 %", "99.9 %"]);
    }
}
