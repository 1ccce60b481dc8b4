using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>What was done, in a line.</summary>
internal static class RunDescription
{
    public static string For(CompareSettings settings)
    {
        FormattableString load = settings.Rate is { } rate
            ? $"{rate:#,0.###} requests/s whatever becomes of those before (open loop)"
            : (FormattableString)$"{settings.Workers} workers in a closed loop";
        FormattableString bandwidth = settings.Link.BitsPerSecond is { } bits ? $", {bits / 1e6:0.##} Mbit/s" : (FormattableString)$"";
        string link = settings.Link == Relay.LinkSettings.None
            ? ""
            : FormattableString.Invariant($", round trip {settings.Link.RoundTrip.TotalMilliseconds:0.##} ms") + FormattableString.Invariant(bandwidth);
        return FormattableString.Invariant(load) + FormattableString.Invariant(
            $", {settings.Abandon:0.##%} of the requests abandoned after {settings.LeaveAfter.TotalMilliseconds:0} ms, {settings.Rounds} round{(settings.Rounds == 1 ? "" : "s")} of {settings.MeasuredTime.TotalSeconds:0.##} s{link}");
    }
}
