using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>One column of the table.</summary>
/// <param name="Top">First line of its head.</param>
/// <param name="Bottom">Second line of its head.</param>
/// <param name="Text">What a row shows.</param>
/// <param name="Tone">How it is shown.</param>
internal sealed record TableColumn(string Top, string Bottom, Func<CompareRow, string> Text, Func<CompareRow, TableTone>? Tone = null)
{
    /// <summary>Both lines of the head as one.</summary>
    public string Name => Top.EndsWith('-') || Top.EndsWith('_') || Top.Length == 0 ? Top.TrimEnd('-') + Bottom
        : Bottom.StartsWith('/') ? Top + Bottom
        : $"{Top} {Bottom}";
}
