namespace GracefulHttp.StressTests.Storm;

/// <summary>How long servers take.</summary>
internal static class AnyMoment
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(2);

    public static Task PassAsync() => Task.Delay(Moment, TimeProvider.System);

    /// <summary>Until the caller has left; at the latest in a moment.</summary>
    public static async Task LeftAsync(RequestRecord record)
    {
        if (record.Plan is { IsLeft: true, Instant: not Instant.MidBody })
        {
            // Which it will, whatever happens.
            await record.Left;
        }
        else
        {
            await PassAsync();
        }
    }
}
