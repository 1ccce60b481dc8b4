namespace GracefulHttp.TestKit.Time;

/// <summary>
/// The system's clock, on which no grace below a second is left: its timers fire at once. So is a busy machine to code that
/// gives something a moment.
/// </summary>
public sealed class HurriedTimeProvider : TimeProvider
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime >= TimeSpan.Zero && dueTime < Moment ? TimeSpan.Zero : dueTime, period);
}
