using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary><c>serve</c>: one embedded server until Ctrl+C, for instance as the slow backend of a reverse proxy.</summary>
internal sealed class ServeCommand
{
    private readonly Option<ServerKind> _server = NameOption.CreateSingle(
        "--server", "blind does not notice that a client has left and answers; kestrel stops working.", ServerKind.Kestrel);

    private readonly Option<WireProtocol> _protocol = NameOption.CreateSingle("--protocol", "What is spoken; h2 only by kestrel.", WireProtocol.Http);

    private readonly Option<int> _port = NumberOption.Create("--port", "Where to listen; 0 for a free port.", 0, 0, 65535);

    private readonly Option<IPAddress> _address = new("--address")
    {
        Description = "The address to listen on. Whoever reaches it can have this machine work: not for open networks.",
        HelpName = "IP",
        DefaultValueFactory = _ => IPAddress.Loopback,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (IPAddress.TryParse(text, out IPAddress? address))
            {
                return address;
            }

            result.AddError($"--address: '{text}' is not an IP address.");
            return null;
        },
    };

    public Command Create()
    {
        var command = new Command(
            "serve", "Runs one of the embedded servers. It answers any path, late with ?delay=MS&phase=headers|body, and with what it counted to ?counts.");
        command.Options.Add(_server);
        command.Options.Add(_protocol);
        command.Options.Add(_port);
        command.Options.Add(_address);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        WireProtocol protocol = parsed.GetValue(_protocol);
        ServerKind kind = parsed.GetValue(_server);
        if (kind == ServerKind.Blind && protocol == WireProtocol.H2)
        {
            await Console.Error.WriteLineAsync("error: --protocol h2 with --server blind: only kestrel speaks h2. See --help.");
            return 1;
        }

        IPAddress address = parsed.GetValue(_address)!;
        using var servers = new EmbeddedServers();
        int port = parsed.GetValue(_port);
        IEmbeddedServer started;
        try
        {
            started = await servers.StartAsync(kind, protocol, address, port);
        }
        catch (Exception e) when (e.GetBaseException() is SocketException socket)
        {
            // Kestrel wraps some of them.
            string option = socket.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied ? $"--port: '{port}'" : $"--address: '{address}'";
            await Console.Error.WriteLineAsync($"error: {option} cannot be listened on: {socket.Message}. See --help.");
            return 1;
        }

        await using IEmbeddedServer server = started;
        await using var told = new ToldCounts(server);
        await Console.Out.WriteLineAsync($"{(protocol == WireProtocol.Http ? "http" : "https")}://{new IPEndPoint(address, server.Port)}/");
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            await Console.Error.WriteLineAsync($"{address} is every address of this host: on another host, put one of them in its place.");
        }

        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, interrupted);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C is how it ends.
        }

        return 0;
    }
}
