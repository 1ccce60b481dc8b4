using System.Net;
using System.Net.Sockets;
using GracefulHttp.Benchmarks.Compare;

namespace GracefulHttp.BenchmarkTests.Compare;

public sealed class TargetRouteTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.2", true)] // spoken to from 127.0.0.1
    [InlineData("::1", false)]
    public async Task FindAsync_ServerOfThisHost_IsLocalWhateverItsAddress(string address, bool isIPv4)
    {
        var ip = IPAddress.Parse(address);
        Assert.SkipUnless(isIPv4 || Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using var listener = new TcpListener(ip, 0);
        listener.Start();

        (await TargetRoute.FindAsync(new Uri($"http://{listener.LocalEndpoint}/"))).ShouldBe(new TargetRoute(IsLocal: true, isIPv4));
    }
}
