using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace GracefulHttp.TestKit.Servers;

/// <summary>
/// An HTTP/1.1 server that does not watch for the client's FIN: it reads a request to its end, runs the test's script for
/// it, and answers whether or not anybody is left. This is the peer that makes a plain client send RST.
/// </summary>
public sealed class FinBlindServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _disposing = new();
    private readonly Func<FinBlindExchange, Task> _script;
    private readonly Func<FinBlindExchange, Task>? _headScript;
    private readonly SslProtocols _tls;
    private readonly Lock _gate = new();
    private readonly List<FinBlindConnection> _connections = [];
    private readonly List<Task> _running = [];
    private readonly List<Exception> _failures = [];
    private readonly Task _accepting;
    private int _requestsReceived;
    private int _exchangesCompleted;
    private int _writeFaults;
    private volatile bool _stopped;

    private FinBlindServer(Func<FinBlindExchange, Task> script, SslProtocols tls, Func<FinBlindExchange, Task>? headScript, IPAddress address)
    {
        _script = script;
        _headScript = headScript;
        _tls = tls;
        _listener.Bind(new IPEndPoint(address, 0));
        _listener.Listen();
        var endPoint = (IPEndPoint)_listener.LocalEndPoint!;
        Port = endPoint.Port;
        BaseAddress = new Uri($"{(tls == SslProtocols.None ? "http" : "https")}://{endPoint}");
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public Uri BaseAddress { get; }

    /// <summary>In the order in which they were accepted.</summary>
    public IReadOnlyList<FinBlindConnection> Connections
    {
        get
        {
            lock (_gate)
            {
                return [.. _connections];
            }
        }
    }

    /// <summary>Requests read to their end.</summary>
    public int RequestsReceived => Volatile.Read(ref _requestsReceived);

    /// <summary>Scripts that ran to their end.</summary>
    public int ExchangesCompleted => Volatile.Read(ref _exchangesCompleted);

    /// <summary>Exchanges in which a write failed because the client had reset the connection.</summary>
    public int WriteFaults => Volatile.Read(ref _writeFaults);

    /// <param name="script">Answers one request; called for each, of all connections, concurrently.</param>
    /// <param name="tls"><see cref="SslProtocols.None"/> for http, otherwise the one TLS version to speak.</param>
    /// <param name="headScript">Runs when the headers of a request have been read, before its body is: to hold an upload, or to answer it early.</param>
    /// <param name="address">Where it listens; null for the loopback.</param>
    public static FinBlindServer Start(
        Func<FinBlindExchange, Task> script,
        SslProtocols tls = SslProtocols.None,
        Func<FinBlindExchange, Task>? headScript = null,
        IPAddress? address = null)
    {
        ArgumentNullException.ThrowIfNull(script);
        return new FinBlindServer(script, tls, headScript, address ?? IPAddress.Loopback);
    }

    /// <summary>No connection is accepted any more, so whatever is answered from now on came over one that exists.</summary>
    public void StopListening()
    {
        _stopped = true;
        _listener.Dispose();
    }

    /// <summary>Lets every script end, closes what is idle, and throws what scripts have thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        StopListening();
        await _disposing.CancelAsync();
        await _accepting.WithinAsync();

        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running).WithinAsync();
        _disposing.Dispose();
        if (_failures.Count > 0)
        {
            throw new AggregateException("Scripts of the FIN-blind server failed.", _failures);
        }
    }

    internal async Task RunScriptAsync(FinBlindExchange exchange)
    {
        Interlocked.Increment(ref _requestsReceived);
        if (await TryRunAsync(_script, exchange))
        {
            Interlocked.Increment(ref _exchangesCompleted);
        }
    }

    internal Task RunHeadScriptAsync(FinBlindExchange exchange) =>
        _headScript is null ? Task.CompletedTask : TryRunAsync(_headScript, exchange);

    private async Task<bool> TryRunAsync(Func<FinBlindExchange, Task> script, FinBlindExchange exchange)
    {
        bool completed = false;
        try
        {
            await script(exchange);
            completed = true;
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _failures.Add(e);
            }

            exchange.CloseAfterwards();
        }

        if (exchange.WriteFault is not null)
        {
            Interlocked.Increment(ref _writeFaults);
        }

        return completed;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_disposing.Token);
            }
            catch (Exception) when (_stopped)
            {
                return;
            }

            socket.NoDelay = true;
            lock (_gate)
            {
                var connection = new FinBlindConnection(this, socket, _connections.Count + 1);
                _connections.Add(connection);
                _running.Add(connection.RunAsync(_tls, _disposing.Token));
            }
        }
    }
}
