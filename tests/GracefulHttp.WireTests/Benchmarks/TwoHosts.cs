using System.Diagnostics;
using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Benchmarks;

/// <summary>Two network namespaces with a cable between them: to the kernel, and so to a program, two hosts. Needs root and iproute2.</summary>
internal sealed class TwoHosts : IAsyncDisposable
{
    public const string ServerAddress = "10.213.7.1";

    private const string ClientAddress = "10.213.7.2";

    private readonly string _server = $"gh-server-{Environment.ProcessId}";
    private readonly string _client = $"gh-client-{Environment.ProcessId}";

    private TwoHosts()
    {
    }

    public string[] OnServer => ["ip", "netns", "exec", _server];

    public string[] OnClient => ["ip", "netns", "exec", _client];

    public static async Task<TwoHosts> CreateAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Network namespaces need root and Linux.");
        Assert.SkipUnless(File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip"), "iproute2 is not installed.");
        var hosts = new TwoHosts();
        try
        {
            await hosts.ConnectAsync();
            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string host in (string[])[_server, _client])
        {
            // With the last process in it the namespace ends, and with it its end of the cable.
            await IpAsync($"netns del {host}");
        }
    }

    private async Task ConnectAsync()
    {
        foreach (string host in (string[])[_server, _client])
        {
            await MustAsync($"netns add {host}");
            await MustAsync($"-n {host} link set lo up");
        }

        await MustAsync($"-n {_server} link add cable type veth peer name cable netns {_client}");
        foreach ((string host, string address) in ((string, string)[])[(_server, ServerAddress), (_client, ClientAddress)])
        {
            await MustAsync($"-n {host} addr add {address}/24 dev cable");
            await MustAsync($"-n {host} link set cable up");
        }
    }

    private static async Task MustAsync(string arguments)
    {
        (int exitCode, string errors) = await IpAsync(arguments);
        exitCode.ShouldBe(0, $"ip {arguments}: {errors}");
    }

    private static async Task<(int ExitCode, string Errors)> IpAsync(string arguments)
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string errors = await ip.StandardError.ReadToEndAsync().WithinAsync();
        await ip.WaitForExitAsync().WithinAsync();
        return (ip.ExitCode, errors);
    }
}
