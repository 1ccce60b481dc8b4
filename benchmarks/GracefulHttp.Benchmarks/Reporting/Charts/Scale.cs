using System.Globalization;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>Values along an axis: where each is between 0 and 1, and which are written at it.</summary>
internal sealed class Scale
{
    private const int MostSteps = 5;

    private readonly Func<double, double> _transform;
    private readonly double _low;
    private readonly double _high;

    private Scale(Func<double, double> transform, double low, double high, IReadOnlyList<(double Value, string Label)> ticks)
    {
        _transform = transform;
        _low = transform(low);
        _high = transform(high);
        Ticks = ticks;
    }

    public IReadOnlyList<(double Value, string Label)> Ticks { get; }

    /// <summary>From 0 to <paramref name="most"/> or a little more, in round steps.</summary>
    public static Scale Linear(double most)
    {
        most = most > 0 ? most : 1;
        double step = RoundStep(most / MostSteps);
        int steps = Math.Max(1, (int)Math.Ceiling((most / step) - 1e-9));
        return new Scale(
            value => value, 0, steps * step, [.. Enumerable.Range(0, steps + 1).Select(i => (i * step, Label(i * step)))]);
    }

    /// <summary>From the power of ten at or below <paramref name="least"/> to the one at or above <paramref name="most"/>.</summary>
    public static Scale Logarithmic(double least, double most)
    {
        int low = (int)Math.Floor(Math.Log10(least));
        int high = Math.Max(low + 1, (int)Math.Ceiling(Math.Log10(most)));
        return new Scale(
            Math.Log10,
            Math.Pow(10, low),
            Math.Pow(10, high),
            [.. Enumerable.Range(low, high - low + 1).Select(power => (Math.Pow(10, power), Label(Math.Pow(10, power))))]);
    }

    /// <summary>Shares of all values, drawn so that each nine is as wide as the one before: 90 %, 99 %, 99.9 %.</summary>
    public static Scale Nines(double most) => new(
        share => -Math.Log10(1 - share),
        0,
        most,
        [.. from share in (double[])[0, 0.5, 0.9, 0.99, 0.999, 0.9999] where share <= most select (share, $"{Label(share * 100)} %")]);

    public double Position(double value) => (_transform(value) - _low) / (_high - _low);

    private static double RoundStep(double atLeast)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(atLeast)));
        return power * ((double[])[1, 2, 2.5, 5, 10]).First(factor => factor * power >= atLeast * (1 - 1e-9));
    }

    private static string Label(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);
}
