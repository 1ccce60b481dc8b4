namespace Service;

internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Calling the backend at {Address}")]
    public static partial void CallsBackend(this ILogger logger, Uri address);
}
