namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>Finds places for labels where they cover neither marks nor each other.</summary>
internal sealed class LabelLayout(Box within)
{
    /// <summary>What a letter takes at 12 px, rather too much than too little.</summary>
    private const double LetterWidth = 7;

    private const double LineHeight = 14;
    private const double Distance = 11;

    private readonly List<Box> _taken = [];

    public void Take(Box place) => _taken.Add(place);

    /// <summary>The label's place: beside the mark if that is free, else further and further above or below it.</summary>
    public Box Place(double x, double y, string text)
    {
        Box place = Candidates(x, y, text.Length * LetterWidth).FirstOrDefault(
            box => box.IsWithin(within) && !_taken.Exists(box.Overlaps),
            Beside(x + Distance, y, text.Length * LetterWidth));
        _taken.Add(place);
        return place;
    }

    /// <summary>Moves labels in a column apart, so that each has its line, and the column stays within its ends.</summary>
    public static double[] Column(IReadOnlyList<double> wanted, double top, double bottom)
    {
        int[] order = [.. Enumerable.Range(0, wanted.Count).OrderBy(i => wanted[i])];
        double[] places = new double[wanted.Count];
        double free = top;
        foreach (int i in order)
        {
            places[i] = Math.Max(free, wanted[i]);
            free = places[i] + LineHeight;
        }

        double limit = bottom;
        foreach (int i in order.Reverse())
        {
            places[i] = Math.Min(limit, places[i]);
            limit = places[i] - LineHeight;
        }

        return places;
    }

    private static IEnumerable<Box> Candidates(double x, double y, double width)
    {
        yield return Beside(x + Distance, y, width);
        yield return Beside(x - Distance - width, y, width);
        for (int line = 1; line < 16; line++)
        {
            foreach (double dy in (double[])[-line * LineHeight, line * LineHeight])
            {
                yield return Beside(x - (width / 2), y + dy, width);
                yield return Beside(x + Distance, y + dy, width);
                yield return Beside(x - Distance - width, y + dy, width);
            }
        }
    }

    private static Box Beside(double left, double middle, double width) =>
        new(left, middle - (LineHeight / 2), left + width, middle + (LineHeight / 2));
}
