namespace GracefulHttp.StressTests.Storm;

/// <summary>Looks ten times a second.</summary>
internal sealed class PeakSampling : IAsyncDisposable
{
    private readonly PeriodicTimer _pace = new(TimeSpan.FromMilliseconds(100), TimeProvider.System);
    private readonly Task _sampling;

    public PeakSampling() => _sampling = SampleAsync();

    public Peaks Peaks { get; private set; } = Peaks.Now();

    public async ValueTask DisposeAsync()
    {
        _pace.Dispose();
        await _sampling;
    }

    private async Task SampleAsync()
    {
        while (await _pace.WaitForNextTickAsync())
        {
            Peaks = Peaks.With(Peaks.Now());
        }
    }
}
