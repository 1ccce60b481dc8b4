using System.Net.Sockets;

namespace GracefulHttp.WireTests.UsersView;

/// <summary>An exception as a user can tell it from others: types, messages and codes, from the outside in.</summary>
internal static class Failure
{
    /// <summary>Makes a call that fails.</summary>
    public static async Task<string> OfAsync(Func<Task> call) => Describe(await Assert.ThrowsAnyAsync<Exception>(call));

    public static string Describe(Exception thrown) => string.Join('\n', Chain(thrown).Select(DescribeOne));

    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }

    private static string DescribeOne(Exception exception) => exception switch
    {
        HttpRequestException e => $"{nameof(HttpRequestException)} {e.HttpRequestError} {e.StatusCode} {e.Message}",
        HttpIOException e => $"{nameof(HttpIOException)} {e.HttpRequestError} {e.Message}",
        SocketException e => $"{nameof(SocketException)} {e.SocketErrorCode} {e.Message}",
        _ => $"{exception.GetType()} {exception.Message}",
    };
}
