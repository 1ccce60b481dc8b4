using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Json;
using GracefulHttp.RealServers;
using GracefulHttp.RealServers.Client;
using GracefulHttp.RealServers.Servers;
using GracefulHttp.TestKit.Networks;

[assembly: SupportedOSPlatform("linux")]

const int NoSuchServer = 1;
const int CannotRunHere = 2;

if (args is [ServerRun.ClientVerb, var name, var address, var certificate, var endpoints])
{
    await ClientHost.RunAsync(name, new Uri(address), certificate, JsonSerializer.Deserialize<Endpoint[]>(endpoints)!);
    return 0;
}

// Without arguments the table of all servers; with a server's name its rows, as JSON, for the tests.
if (args.Except(RealServer.All.Select(server => server.Name)).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"{unknown} is none of the servers: {string.Join(", ", RealServer.All.Select(server => server.Name))}.");
    return NoSuchServer;
}

RealServer[] servers = args is [] ? [.. RealServer.All] : [.. RealServer.All.Where(server => args.Contains(server.Name))];
foreach (RealServer server in servers)
{
    if (!NetworkNamespace.IsAvailable(out string whyNot) || !ArrivingResets.IsAvailable(out whyNot) || !server.IsAvailable(out whyNot))
    {
        Console.Error.WriteLine($"{server.Name}: {whyNot}");
        return CannotRunHere;
    }
}

var rows = new List<Row>();
foreach (RealServer server in servers)
{
    rows.AddRange(await ServerRun.RunAsync(server));
}

if (args is not [])
{
    Console.Write(JsonSerializer.Serialize(rows));
    return 0;
}

string[] versions = await Task.WhenAll(servers.Select(server => server.DescribeAsync()));
Console.WriteLine($$"""
    # Real servers

    In each cell ten calls are answered over ten connections (one with HTTP/2), ten are abandoned, ten more are answered, and the client is
    disposed; idle-close is that without the abandoned ones. s_server serves one connection after the other: three of each. Cells read:
    RSTs that left the client's host, as its kernel counts them · RSTs that arrived from the server · connections opened. Client and server
    have a host (network namespace) of their own. `HttpClient` is the plain one; the runtime's own drain of responses that are disposed
    early is off everywhere.

    The RSTs that arrive from nginx where https connections are closed: it notices by the FIN alone (`EPOLLRDHUP`) that the client has gone, and
    closes its socket with our close_notify unread, which its kernel answers with RST (now and then another server does so, as it happens).
    Both sides have given the connection up by then; the plain client sends no close_notify that could be left unread.

    None of the uploads to nginx's files is abandoned over HTTP/2: nginx refuses them (405) when it has read their headers, and there
    `HttpClient` hands an early answer to its caller, who has no reason left to leave; over HTTP/1.1 it sends the body first.

    {{string.Join(", ", versions)}}; {{RuntimeInformation.FrameworkDescription}}, {{RuntimeInformation.OSDescription}}.
    Reproduce as root with `dotnet run -c Release --project tests/GracefulHttp.RealServers`; what each server serves is in `Servers` there.

    """);
Console.Write(MarkdownTable.Write(rows));
return 0;
