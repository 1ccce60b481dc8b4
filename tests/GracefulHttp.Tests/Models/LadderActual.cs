using System.Globalization;
using System.Runtime.CompilerServices;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;
using GracefulHttp.Tests.Abandonment;

namespace GracefulHttp.Tests.Models;

/// <summary>A client over a stub, several requests at once, each to a host of its own by which the log knows it.</summary>
internal sealed class LadderActual : IDisposable
{
    private readonly RecordingLoggerFactory _logs = new();
    private readonly GracefulHttpHandler _handler;
    private readonly HttpClient _client;
    private readonly List<TaskCompletionSource<HttpResponseMessage>> _answers = [];
    private readonly List<CancellationTokenSource> _callers = [];
    private readonly List<Task> _running = [];
    private readonly List<StrongBox<string>> _fates = [];
    private SyncPoint? _point;
    private Moment _moment;

    public LadderActual(GracefulHttpOptions options)
    {
        var stub = new StubHandler((request, token) =>
        {
            TaskCompletionSource<HttpResponseMessage> answer = _answers[int.Parse(request.RequestUri!.Host[1..], CultureInfo.InvariantCulture)];
            token.UnsafeRegister(
                _ =>
                {
                    Pass(Moment.HandedDown);
                    answer.TrySetCanceled(token);
                },
                null);
            return answer.Task;
        });
        _handler = new GracefulHttpHandler(options, stub) { LoggerFactory = _logs, TimeProvider = new PassingClock(Clock, () => Pass(Moment.TimerArmed)) };
        _client = new HttpClient(_handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public FakeTimeProvider Clock { get; } = new();

    public List<ScriptedBody> Bodies { get; } = [];

    public void Send(AbandonStrategy strategy)
    {
        int number = _fates.Count;
        _answers.Add(new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously));
        _callers.Add(new CancellationTokenSource());
        Bodies.Add(new ScriptedBody { OnRead = () => Pass(Moment.BodyRead) });
        _fates.Add(new StrongBox<string>("waiting"));
        _running.Add(CallAsync(number, strategy, _fates[number], _callers[number].Token));
    }

    public void Answer(int number, long? length)
    {
        var response = new HttpResponseMessage { Content = new StreamContent(Bodies[number]) };
        response.Content.Headers.ContentLength = length;
        _answers[number].TrySetResult(response);
    }

    public void Cancel(int number) => _callers[number].Cancel();

    /// <summary>Holds the next thread that comes there.</summary>
    public SyncPoint HoldAt(Moment moment)
    {
        var point = new SyncPoint();
        _moment = moment;
        Volatile.Write(ref _point, point);
        return point;
    }

    /// <summary>Completes when everything is as one of the models says, and what that says goes on is waiting for the next step.</summary>
    /// <returns>That model.</returns>
    public Task<LadderModel> SettlesAsAsync(params LadderModel[] models) => SettlesAsAsync(models, unless: null);

    /// <summary>The same, unless somebody is held before. Afterwards nobody else is.</summary>
    public async Task SettlesAsAsync(SyncPoint unless, LadderModel model)
    {
        await SettlesAsAsync([model], unless);
        Interlocked.CompareExchange(ref _point, null, unless);
    }

    private async Task<LadderModel> SettlesAsAsync(LadderModel[] models, SyncPoint? unless)
    {
        string[] expected = [.. models.Select(Describe)];
        long startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            string actual = DescribeActual();
            if (Array.IndexOf(expected, actual) is int found and >= 0)
            {
                return models[found];
            }

            if (unless is { HasArrived: true })
            {
                return models[0];
            }

            if (TimeProvider.System.GetElapsedTime(startedAt) > Deadline.Default)
            {
                throw new TimeoutException($"The model says:\n{string.Join("\nor\n", expected)}\nbut it is:\n{actual}\n{_logs}");
            }

            await Task.Yield();
        }
    }

    /// <summary>Completes when all callers have been let go and nothing is left.</summary>
    public async Task EndAsync()
    {
        await Task.WhenAll(_running).WithinAsync();
        await _handler.WaitForIdleAsync().WithinAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
        _callers.ForEach(static caller => caller.Dispose());
        _logs.Dispose();
    }

    private void Pass(Moment moment)
    {
        if (Volatile.Read(ref _point) is { } point && _moment == moment && Interlocked.CompareExchange(ref _point, null, point) == point)
        {
            point.Arrive();
        }
    }

    private static string Describe(LadderModel model) => string.Join('\n', model.Requests.Select(static (request, i) =>
        $"{i} {request.Caller} {request.Outcome} reads {(request is { IsOpen: true, IsAnswered: true } ? request.Pieces + 1 : 0)}")) + $"\ndrains {model.Drains}";

    /// <summary>In the words of the model. A body is looked at as long as anybody has to read it.</summary>
    private string DescribeActual()
    {
        Dictionary<string, string> outcomes = _logs.Records.Where(static record => record.Id.Name == "RequestEnded")
            .ToDictionary(static record => (string)record.Values["Host"]!, static record => (string)record.Values["Outcome"]!);
        return string.Join('\n', _fates.Select((fate, i) =>
            $"{i} {fate.Value} {outcomes.GetValueOrDefault($"r{i}")} "
            + $"reads {(IsOpen(fate.Value, outcomes.ContainsKey($"r{i}")) ? Bodies[i].Reads : 0)}")) + $"\ndrains {Clock.ArmedTimers}";

        static bool IsOpen(string? fate, bool hasEnded) => !hasEnded && fate is "waiting" or "left";
    }

    private async Task CallAsync(int number, AbandonStrategy strategy, StrongBox<string> fate, CancellationToken token)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://r{number}/");
            using HttpResponseMessage response = await _client.SendAsync(
                request.SetAbandonStrategy(strategy), HttpCompletionOption.ResponseHeadersRead, token);
            await using Stream body = await response.Content.ReadAsStreamAsync(token);
            byte[] buffer = new byte[1000];
            while (await body.ReadAsync(buffer, token) > 0)
            {
            }

            fate.Value = "answered";
        }
        catch (OperationCanceledException e) when (e.CancellationToken == token)
        {
            fate.Value = "left";
        }
        catch (IOException)
        {
            fate.Value = "failed";
        }
    }
}
