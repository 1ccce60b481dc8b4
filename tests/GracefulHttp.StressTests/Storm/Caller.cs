using System.Net;

namespace GracefulHttp.StressTests.Storm;

/// <summary>Carries out one request of a plan, looks at all that it brings, and leaves when and how the plan says.</summary>
internal sealed class Caller : IDisposable
{
    private const long RefusedStream = 7;

    private readonly HttpClient _client;
    private readonly HttpMessageInvoker _invoker;
    private readonly RequestRecord _record;
    private readonly Plan _plan;
    private readonly Uri _target;
    private readonly CancellationTokenSource _leaving = new();
    private readonly List<Task> _beside = [];

    public Caller(HttpClient client, HttpMessageInvoker invoker, RequestRecord record, Uri server)
    {
        _client = client;
        _invoker = invoker;
        _record = record;
        _plan = record.Plan;
        _target = new Uri(server, record.Id);
    }

    /// <summary>Where the request was when its caller left; null where it did not.</summary>
    public Phase? LeftIn { get; private set; }

    /// <summary>Whether the runtime failed it because its connections had too few streams.</summary>
    public bool IsRefused { get; private set; }

    private bool HasWholeBody => _plan.Answer
        is Answer.Prompt or Answer.Chunked or Answer.Late or Answer.Drip or Answer.Redirect or Answer.InterimStorm or Answer.CloseDelimited
        or Answer.HalfClose or Answer.GoAway;

    /// <summary>Whether it leaves a body by disposing it. No token reaches a read on the caller's thread, or one that is given none.</summary>
    private bool MayDispose => _plan.Parting != Parting.Cancel || _plan.Reading is Reading.Blocking or Reading.Direct;

    public async Task RunAsync()
    {
        try
        {
            if (_plan.Call == Call.Twice)
            {
                await SendTwiceAsync();
            }
            else if (_plan.Call == Call.Sync)
            {
                // A thread of its own: it blocks it.
                await Task.Factory.StartNew(SendBlocking, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            else
            {
                await SendAsync();
            }
        }
        catch (OperationCanceledException e) when (_leaving.IsCancellationRequested && e.CancellationToken == _leaving.Token)
        {
            // As planned.
        }
        catch (Exception e) when (_plan.MayFail && e is HttpRequestException or IOException)
        {
            // As without us.
        }
        catch (HttpRequestException e) when (_plan.To.IsHttp2 && IsOfStreamLimit(e))
        {
            // As without us: see StreamLimitTests.
            IsRefused = true;
        }
        catch (Exception e) when (LeftIn is not null && MayDispose && IsOfDisposed(e))
        {
            // A read that was pending, or that began too late.
        }
        catch (Exception e)
        {
            _record.Fault($"ended with {e}");
        }
        finally
        {
            _record.NoteLeft();
            await Task.WhenAll(_beside);
        }
    }

    public void Dispose() => _leaving.Dispose();

    /// <summary>
    /// The runtime takes a new connection for one with 100 streams until it hears otherwise, and a stream that was reset for one that
    /// Kestrel no longer counts. What goes beyond the limit it sends elsewhere, three times (dotnet/runtime#132457).
    /// </summary>
    internal static bool IsOfStreamLimit(HttpRequestException e) =>
        e is { InnerException: HttpProtocolException { ErrorCode: RefusedStream } } or { InnerException: null, HttpRequestError: HttpRequestError.Unknown };

    private static bool IsOfDisposed(Exception e) => e is ObjectDisposedException or OperationCanceledException or IOException or HttpRequestException;

    private HttpRequestMessage NewMessage(Uri target)
    {
        var message = new HttpRequestMessage(_plan.Method, target)
        {
            Version = _plan.To.IsHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (_plan.HasHeaders)
        {
            message.Headers.Add(Ledger.IdHeader, _record.Id);

            // A second one: before each the library looks whether the caller has left, and we note the writing at the first. So who
            // is seen has been looked at after that note, and no caller can have left in between.
            message.Headers.Add("Accept", "*/*");
        }

        if (_plan.HasContent)
        {
            message.Content = new PatternContent(_plan, Leave);
        }

        if (_plan.Strategy is { } strategy)
        {
            message.SetAbandonStrategy(strategy);
        }

        return message;
    }

    private async Task SendAsync()
    {
        using HttpRequestMessage message = NewMessage(_target);
        HttpCompletionOption completion =
            _plan.Reading == Reading.Buffered ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead;
        Task<HttpResponseMessage> sending = _client.SendAsync(message, completion, _leaving.Token);
        LeaveInTime();
        using HttpResponseMessage response = await sending;
        await ReadAsync(response);
    }

    private void SendBlocking()
    {
        using HttpRequestMessage message = NewMessage(_target);
        LeaveInTime();
        using HttpResponseMessage response = _client.Send(message, HttpCompletionOption.ResponseHeadersRead, _leaving.Token);
        Receive(response);
        ReadBlocking(response);
    }

    /// <summary>The second time while the first may still run.</summary>
    private async Task SendTwiceAsync()
    {
        using HttpRequestMessage message = NewMessage(_target);
        Task<HttpResponseMessage> first = _invoker.SendAsync(message, _leaving.Token);
        LeaveInTime();
        try
        {
            using HttpResponseMessage response = await first;
        }
        catch (OperationCanceledException e) when (e.CancellationToken == _leaving.Token)
        {
            // As planned.
        }

        _record.NoteLeft();
        using var again = new CancellationTokenSource();
        Task<HttpResponseMessage> second = _invoker.SendAsync(message, again.Token);
        if (_plan.Answer is Answer.Endless or Answer.Silent)
        {
            await again.CancelAsync();
        }

        try
        {
            using HttpResponseMessage response = await second;
            Receive(response);
            await CopyAsync(response, again.Token);
        }
        catch (OperationCanceledException e) when (e.CancellationToken == again.Token)
        {
            // As planned.
        }
    }

    /// <summary>Arms what makes the caller leave, where that is not the content or the body.</summary>
    private void LeaveInTime()
    {
        switch (_plan.Instant)
        {
            case Instant.AtOnce:
                Leave();
                break;

            case Instant.Soon:
                _beside.Add(Task.Run(() =>
                {
                    Thread.SpinWait(_plan.Measure);
                    Leave();
                }));
                break;

            case Instant.Later:
                _beside.Add(LeaveAfterAsync(Task.Delay(TimeSpan.FromMicroseconds(_plan.Measure), TimeProvider.System)));
                break;

            case Instant.Seen:
                // Or when it has ended without having been.
                _beside.Add(LeaveAfterAsync(Task.WhenAny(_record.Seen, _record.Left)));
                break;
        }
    }

    private async Task LeaveAfterAsync(Task moment)
    {
        await moment;
        Leave();
    }

    private void Leave()
    {
        NoteLeaving();
        _leaving.Cancel();
    }

    private void NoteLeaving()
    {
        if (!_record.Left.IsCompleted)
        {
            LeftIn ??= _record.Phase;
        }
    }

    private void Receive(HttpResponseMessage response)
    {
        _record.HasHeaders = true;
        if (response.Headers.TryGetValues(Ledger.IdHeader, out IEnumerable<string>? ids) ? ids.Single() != _record.Id : !_plan.MayFail)
        {
            _record.Fault("was answered with the headers of another");
        }
    }

    private async Task ReadAsync(HttpResponseMessage response)
    {
        Receive(response);
        switch (_plan.Reading)
        {
            case Reading.Streamed:
                await ReadStreamAsync(response, _leaving.Token);
                break;

            case Reading.Direct:
                await using (_leaving.Token.Register(response.Dispose))
                {
                    await ReadStreamAsync(response, CancellationToken.None);
                }

                break;

            case Reading.Blocking:
                await Task.Factory.StartNew(
                    () => ReadBlocking(response), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                break;

            default:
                await CopyAsync(response, _leaving.Token);
                break;
        }
    }

    private async Task CopyAsync(HttpResponseMessage response, CancellationToken token)
    {
        using var sink = new PatternSink(_record, _plan.Instant == Instant.MidBody ? Leave : static () => { });
        await response.Content.CopyToAsync(sink, token);
        CheckLength(response, sink.Count);
    }

    private async Task ReadStreamAsync(HttpResponseMessage response, CancellationToken token)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(token);
        using var sink = new PatternSink(_record, static () => { });
        byte[] buffer = new byte[16 * 1024];
        while (true)
        {
            Task<int> read = body.ReadAsync(buffer, token).AsTask();
            if (_plan.Instant == Instant.MidBody && sink.Count >= _plan.Measure && LeftIn is null)
            {
                Part(response, body);
            }

            int count = await read;
            if (count == 0)
            {
                CheckLength(response, sink.Count);
                return;
            }

            sink.Write(buffer.AsSpan(0, count));
            if (LeftIn is not null && _plan.Parting == Parting.Dispose)
            {
                return;
            }
        }
    }

    private void ReadBlocking(HttpResponseMessage response)
    {
        using CancellationTokenRegistration registration = _leaving.Token.Register(response.Dispose);
        using Stream body = response.Content.ReadAsStream();
        using var sink = new PatternSink(_record, static () => { });
        byte[] buffer = new byte[16 * 1024];
        while (true)
        {
            if (_plan.Instant == Instant.MidBody && sink.Count >= _plan.Measure && LeftIn is null)
            {
                // With the read pending, or not yet, as it comes.
                NoteLeaving();
                _beside.Add(Task.Run(() => Part(response, body)));
            }

            int count = body.Read(buffer);
            if (count == 0)
            {
                CheckLength(response, sink.Count);
                return;
            }

            sink.Write(buffer.AsSpan(0, count));
        }
    }

    /// <summary>Leaves a body that is being read.</summary>
    private void Part(HttpResponseMessage response, Stream body)
    {
        NoteLeaving();
        switch (_plan.Parting)
        {
            case Parting.Cancel:
                _leaving.Cancel();
                break;

            case Parting.Dispose:
                response.Dispose();
                break;

            case Parting.DisposeTwice:
                response.Dispose();
                body.Dispose();
                response.Dispose();
                break;

            default:
                _beside.Add(Task.Run(response.Dispose));
                _beside.Add(Task.Run(_leaving.Cancel));
                break;
        }
    }

    private void CheckLength(HttpResponseMessage response, long count)
    {
        bool isWhole = response.StatusCode == HttpStatusCode.OK && HasWholeBody && _plan.Method != HttpMethod.Head;
        if (isWhole && count != _plan.BodySize)
        {
            _record.Fault($"was answered with {count} bytes and no error");
        }
    }
}
