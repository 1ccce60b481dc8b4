namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Told how far a run is.</summary>
internal interface ICompareProgress
{
    void WarmingUp();

    void Starting(Cell cell, CompareStrategy strategy);

    void Finished(Cell cell, CompareStrategy strategy, CompareRound round);
}
