using GracefulHttp.TestKit.Diagnostics;

namespace GracefulHttp.WireTests;

/// <summary>What the log tells of abandoned requests: for ends that look alike on the wire.</summary>
internal static class LoggedOutcomes
{
    /// <summary>How abandoned requests have ended, in the order in which they did.</summary>
    public static IEnumerable<string> AbandonOutcomes(this RecordingLoggerFactory logs) =>
        logs.Records.Where(record => record.Id.Name == "RequestEnded").Select(record => (string)record.Values["Outcome"]!);
}
