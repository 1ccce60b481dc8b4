using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting.Charts;

/// <summary>How the charts look, in light and in dark.</summary>
internal static class ChartTheme
{
    /// <summary>
    /// The strategies' colours are Okabe and Ito's, which people with the common kinds of colour blindness tell apart, made darker or
    /// lighter until they are legible as text. Nothing is said by colour alone.
    /// </summary>
    public static string Css { get; } = $"""
        {Frame}
        {string.Join('\n', Enum.GetValues<CompareStrategy>().Select(Rules))}
        """;

    private const string Frame = """
        :root { color-scheme: light dark; --paper: #fff; --ink: #1c2430; --muted: #586373; --grid: #dfe4ea;
          --abort: #b84a00; --close: #0067b0; --drain: #00795a; --retry: #9a3d76; }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #12161c; --ink: #e7ebf1; --muted: #a3aebc; --grid: #2d3540;
            --abort: #ff9d57; --close: #70baff; --drain: #43d3a3; --retry: #e79ac8; } }
        svg text { font: 12px system-ui, sans-serif; fill: var(--muted); }
        svg .heading { font-size: 14px; font-weight: 600; fill: var(--ink); }
        svg .paper { fill: var(--paper); }
        svg .grid { stroke: var(--grid); stroke-width: 1; }
        svg .axis { stroke: var(--muted); stroke-width: 1; }
        svg .leader { stroke: var(--muted); stroke-width: 0.75; }
        svg .mark { stroke-width: 2; fill-opacity: 0.25; }
        svg .curve { stroke-width: 2; fill: none; stroke-linejoin: round; }
        svg .waiting { stroke-dasharray: 3 4; }
        svg text.name { font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
        """;

    /// <summary>The class of what belongs to a strategy; its colour is the variable of that name.</summary>
    public static string Class(CompareStrategy strategy) => strategy.Name();

    private static string Rules(CompareStrategy strategy)
    {
        string name = Class(strategy);
        return $"svg .mark.{name}, svg .curve.{name} {{ stroke: var(--{name}); }} svg .mark.{name}, svg text.{name} {{ fill: var(--{name}); }}";
    }
}
