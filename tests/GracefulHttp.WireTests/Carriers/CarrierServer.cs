using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.Carriers;

/// <summary>A server that keeps a list of the requests it has seen.</summary>
public sealed class CarrierServer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<string> _seen = [];
    private readonly List<(string Request, TaskCompletionSource Seen)> _waiters = [];
    private FinBlindServer? _finBlind;
    private KestrelServer? _kestrel;
    private readonly SemaphoreSlim _streamReset = new(0);
    private int _resets;

    private CarrierServer()
    {
    }

    public Uri BaseAddress => _finBlind?.BaseAddress ?? _kestrel!.BaseAddress;

    public int Port => BaseAddress.Port;

    /// <summary>Method and path of each request, in the order in which their headers came.</summary>
    public IReadOnlyList<string> Seen
    {
        get
        {
            lock (_gate)
            {
                return [.. _seen];
            }
        }
    }

    /// <summary>HTTP/2 streams that the client has reset. HTTP/1.1: none, for the server does not look.</summary>
    public int StreamsReset => Volatile.Read(ref _resets);

    /// <summary>Completes when so many streams have been reset. Kestrel tells of a reset later than of what comes behind it.</summary>
    public async Task ShouldReceiveResetsAsync(int streams)
    {
        for (int i = 0; i < streams; i++)
        {
            await _streamReset.WaitAsync().WithinAsync();
        }

        StreamsReset.ShouldBe(streams);
    }

    public static async Task<CarrierServer> StartAsync(Carrier carrier, Func<CarrierExchange, Task> answer, int maxStreams)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var server = new CarrierServer();
        if (carrier.IsHttp2())
        {
            server._kestrel = await KestrelServer.StartAsync(
                context => server.AnswerAsync(context, answer), carrier.Tls(), http2: true, maxStreams: maxStreams);
        }
        else
        {
            server._finBlind = FinBlindServer.Start(
                exchange => answer(new FinBlindCarrierExchange(exchange)),
                carrier.Tls(),
                headScript: exchange => server.NoteAsync($"{exchange.Request.Method} {exchange.Request.Target}"));
        }

        return server;
    }

    /// <summary>Completes when a request has come, now or later.</summary>
    public Task SeenAsync(string request)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_seen.Contains(request))
            {
                seen.SetResult();
            }

            _waiters.Add((request, seen));
        }

        return seen.Task.WithinAsync(null, request);
    }

    /// <summary>Of HTTP/1.1: until every connection has been read to its end, so that nothing is left that could still be seen.</summary>
    public Task WhenEndedAsync() => Task.WhenAll(_finBlind?.Connections.Select(connection => connection.Ended) ?? []).WithinAsync();

    public async ValueTask DisposeAsync()
    {
        await (_finBlind?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_kestrel?.DisposeAsync() ?? ValueTask.CompletedTask);
        _streamReset.Dispose();
    }

    private async Task AnswerAsync(HttpContext context, Func<CarrierExchange, Task> answer)
    {
        context.RequestAborted.Register(() =>
        {
            Interlocked.Increment(ref _resets);
            _streamReset.Release();
        });
        await NoteAsync($"{context.Request.Method} {context.Request.Path}");
        await answer(new KestrelCarrierExchange(context));
    }

    private Task NoteAsync(string request)
    {
        lock (_gate)
        {
            _seen.Add(request);
            foreach ((string awaited, TaskCompletionSource seen) in _waiters)
            {
                if (awaited == request)
                {
                    seen.TrySetResult();
                }
            }
        }

        return Task.CompletedTask;
    }
}
