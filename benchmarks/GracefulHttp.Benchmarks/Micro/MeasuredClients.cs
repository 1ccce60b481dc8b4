using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro;

/// <summary>What the clients are made of, and in words.</summary>
internal static class MeasuredClients
{
    public static ComparedClient Create(this MeasuredClient client, WireProtocol protocol) => new(
        client switch
        {
            MeasuredClient.Close => CompareStrategy.Close,
            MeasuredClient.Drain => CompareStrategy.Drain,
            _ => CompareStrategy.Abort,
        },
        protocol);

    public static string Title(this MeasuredClient client) => client switch
    {
        MeasuredClient.Plain => "plain client",
        MeasuredClient.PlainAgain => "another one",
        _ => client.Name(),
    };
}
