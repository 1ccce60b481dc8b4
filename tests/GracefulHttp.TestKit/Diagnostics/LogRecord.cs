using Microsoft.Extensions.Logging;

namespace GracefulHttp.TestKit.Diagnostics;

/// <summary>One thing that was logged.</summary>
/// <param name="Category">The logger's.</param>
/// <param name="Level">Its level.</param>
/// <param name="Id">Its event.</param>
/// <param name="Message">As it reads.</param>
/// <param name="Values">The named values of the message template.</param>
/// <param name="Exception">What came with it.</param>
public sealed record LogRecord(
    string Category, LogLevel Level, EventId Id, string Message, IReadOnlyDictionary<string, object?> Values, Exception? Exception)
{
    public override string ToString() => $"{Level} {Category}[{Id.Id} {Id.Name}] {Message}{(Exception is null ? "" : $" ({Exception})")}";
}
