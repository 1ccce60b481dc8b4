using System.Runtime.CompilerServices;
using GracefulHttp.TestKit;

namespace GracefulHttp.StressTests.Storm;

/// <summary>Waits for what nobody tells: the kernel's tables.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task HoldsAsync(
        Func<bool> condition, string what, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        using var pace = new PeriodicTimer(Pause, TimeProvider.System);
        long startedAt = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(startedAt) > Deadline.Default)
            {
                throw new TimeoutException($"Not within {Deadline.Default.TotalSeconds} s: {what}, at {Path.GetFileName(file)}:{line}");
            }

            await pace.WaitForNextTickAsync();
        }
    }
}
