namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>What a number means for the reader.</summary>
internal enum TableTone
{
    Plain,
    Good,
    Bad,
}
