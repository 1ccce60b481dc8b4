namespace GracefulHttp.RealServers.Client;

/// <summary>Calls that are begun together, and whose callers leave together.</summary>
internal sealed class AbandonedCalls(HttpClient client, Endpoint endpoint, SentRequests sent)
{
    // From the runtime's hands to the server. The late answers take longer.
    private static readonly TimeSpan OnTheirWay = TimeSpan.FromMilliseconds(50);

    /// <summary>As many calls that are answered, over as many connections as the client has or opens.</summary>
    public async Task ServeAsync()
    {
        HttpResponseMessage[] answers = await AllAsync(() => client.GetAsync(Targets.Ok, HttpCompletionOption.ResponseHeadersRead));
        foreach (HttpResponseMessage answer in answers)
        {
            await answer.Content.LoadIntoBufferAsync();
            answer.Dispose();
        }

        await sent.WaitForAsync(endpoint.AtOnce);
    }

    /// <returns>How many callers left before they were answered.</returns>
    public Task<int> LeaveAsync(Phase phase) => phase switch
    {
        Phase.Headers => LeaveBeforeHeadersAsync(),
        Phase.Body => LeaveInTheBodyAsync(),
        Phase.Upload => LeaveUploadAsync(),
        _ => Task.FromResult(0),
    };

    private async Task<int> LeaveBeforeHeadersAsync()
    {
        using var callers = new CancellationTokenSource();
        using StoppedProcess? stopped = endpoint.StoppedProcess is { } server ? await StoppedProcess.StopAsync(server) : null;
        Task<bool>[] calls = Begin(() => IsAbandonedAsync(Targets.Late, new HttpMethod(endpoint.LateMethod), content: null, callers.Token));
        await sent.WaitForAsync(endpoint.AtOnce);
        await Task.Delay(OnTheirWay, TimeProvider.System);
        await callers.CancelAsync();
        return await CountAsync(calls);
    }

    private async Task<int> LeaveInTheBodyAsync()
    {
        using var callers = new CancellationTokenSource();
        var begun = Enumerable.Range(0, endpoint.AtOnce).Select(_ => NewSignal()).ToArray();
        var next = new Queue<TaskCompletionSource>(begun);
        Task<bool>[] calls = Begin(() => IsAbandonedInTheBodyAsync(next.Dequeue(), callers.Token));
        await Task.WhenAll(begun.Select(one => one.Task));
        await sent.WaitForAsync(endpoint.AtOnce);
        await callers.CancelAsync();
        return await CountAsync(calls);
    }

    private async Task<int> LeaveUploadAsync()
    {
        using var callers = new CancellationTokenSource();
        var begun = Enumerable.Range(0, endpoint.AtOnce).Select(_ => NewSignal()).ToArray();
        var next = new Queue<TaskCompletionSource>(begun);
        Task<bool>[] calls = Begin(() => IsAbandonedAsync(Targets.Upload, HttpMethod.Post, new HeldContent(next.Dequeue()), callers.Token));
        await Task.WhenAll(begun.Zip(calls, (one, call) => (Task)Task.WhenAny(one.Task, call)));
        await sent.WaitForAsync(endpoint.AtOnce);
        await Task.Delay(OnTheirWay, TimeProvider.System);
        await callers.CancelAsync();
        return await CountAsync(calls);
    }

    private async Task<bool> IsAbandonedAsync(string target, HttpMethod method, HttpContent? content, CancellationToken caller)
    {
        using var request = new HttpRequestMessage(method, target)
        {
            Content = content,
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        try
        {
            using HttpResponseMessage answer = await client.SendAsync(request, caller);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        catch (HttpRequestException) when (content is not null)
        {
            // Refused, and the connection closed, before the caller left.
            return false;
        }
    }

    /// <summary>Leaves with a read pending where the rest is late, and with the rest unread where it has come.</summary>
    private async Task<bool> IsAbandonedInTheBodyAsync(TaskCompletionSource begun, CancellationToken caller)
    {
        using HttpResponseMessage answer = await client.GetAsync(Targets.Half, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        Stream body = await answer.Content.ReadAsStreamAsync(CancellationToken.None);
        await body.ReadExactlyAsync(new byte[Targets.Beginning], CancellationToken.None);
        Task<int> next = body.ReadAsync(new byte[1024], caller).AsTask();
        begun.SetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, caller).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !next.IsCompletedSuccessfully || Targets.Beginning + await next != answer.Content.Headers.ContentLength;
    }

    private T[] Begin<T>(Func<T> call) => [.. Enumerable.Range(0, endpoint.AtOnce).Select(_ => call())];

    private Task<T[]> AllAsync<T>(Func<Task<T>> call) => Task.WhenAll(Begin(call));

    private static async Task<int> CountAsync(Task<bool>[] calls) => (await Task.WhenAll(calls)).Count(isAbandoned => isAbandoned);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
