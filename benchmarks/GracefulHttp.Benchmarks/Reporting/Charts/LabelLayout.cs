namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>Finds places for labels where they cover neither marks nor each other.</summary>
internal sealed class LabelLayout(Box within)
{
    /// <summary>What a letter takes at 12 px, rather too much than too little.</summary>
    private const double LetterWidth = 7.3;

    private const double LineHeight = 14;
    private const double Distance = 11;
    private const int MostLines = 16;

    private readonly List<Box> _taken = [];

    public void Take(Box place) => _taken.Add(place);

    /// <summary>
    /// The label's place: beside the mark if that is free, else above it, further and further up. It begins where the mark is, so when
    /// labels are placed from right to left, a line straight down to the mark crosses none.
    /// </summary>
    public Box Place(double x, double y, string text)
    {
        double width = text.Length * LetterWidth;
        Box beside = Line(x + Distance, y, width);
        Box place = Enumerable.Range(1, MostLines)
            .Select(line => Line(x - 4, y - 3 - (line * LineHeight), width))
            .Prepend(beside)
            .FirstOrDefault(box => box.IsWithin(within) && !_taken.Exists(box.Overlaps), beside);
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

    private static Box Line(double left, double middle, double width) =>
        new(left, middle - (LineHeight / 2), left + width, middle + (LineHeight / 2));
}
