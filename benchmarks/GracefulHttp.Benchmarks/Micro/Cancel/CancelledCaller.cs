using System.Diagnostics;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Cancel;

/// <summary>A caller that waits for a held answer until it leaves.</summary>
internal sealed class CancelledCaller : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<long> _call;

    public CancelledCaller(HttpClient client, Uri url) => _call = CallAsync(client, url);

    /// <summary>Ends with the caller.</summary>
    public Task Call => _call;

    /// <summary>Returns when half of the body has been read, and the rest is waited for.</summary>
    public async Task WaitUntilReadingAsync()
    {
        if (await Task.WhenAny(_reading.Task, _call) == _call)
        {
            await _call;
        }
    }

    /// <summary>The caller leaves.</summary>
    /// <returns><see cref="Stopwatch"/> ticks from right before the cancellation to the exception in the caller's hands.</returns>
    public async Task<long> CancelAsync()
    {
        long start = Stopwatch.GetTimestamp();
        // Not CancelAsync: what the cancellation runs inline is part of it.
        _leaving.Cancel();
        return await _call - start;
    }

    public void Dispose() => _leaving.Dispose();

    /// <returns>When the caller had its exception.</returns>
    private async Task<long> CallAsync(HttpClient client, Uri url)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, _leaving.Token);
            Stream body = await response.Content.ReadAsStreamAsync(_leaving.Token);
            byte[] buffer = new byte[AnswerBody.SlowLength];
            await body.ReadExactlyAsync(buffer.AsMemory(0, AnswerBody.SlowHalf.Length), _leaving.Token);
            // The read first: who is told of it may leave at once.
            ValueTask<int> rest = body.ReadAsync(buffer, _leaving.Token);
            _reading.TrySetResult();
            await rest;
        }
        catch (OperationCanceledException e) when (e.CancellationToken == _leaving.Token)
        {
            return Stopwatch.GetTimestamp();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            throw new MicroFailedException($"a caller had another exception than that it had left: {e.Message}");
        }
        finally
        {
            response?.Dispose();
        }

        throw new MicroFailedException("a request was answered before its caller left.");
    }
}
