using System.Net;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Diagnostics;
using GracefulHttp.TestKit.Time;

namespace GracefulHttp.Tests.Abandonment;

/// <summary>A client over a stub: the test answers when it wants to, and moves the clock.</summary>
internal sealed class MessageLayerFixture : IDisposable
{
    private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MessageLayerFixture(Action<GracefulHttpOptions>? configure = null)
    {
        var options = new GracefulHttpOptions();
        configure?.Invoke(options);
        Stub = new StubHandler((request, token) =>
        {
            InnerToken = token;
            token.UnsafeRegister(_ => _answer.TrySetCanceled(token), null);
            Sent.TrySetResult();
            return _answer.Task;
        });
        Metrics = new MeterRecorder(GracefulHttpTelemetry.Name, Meters);
        Handler = new GracefulHttpHandler(options, Stub) { TimeProvider = Clock, LoggerFactory = Logs, MeterFactory = Meters };
        Client = new HttpClient(Handler);
    }

    public TestMeterFactory Meters { get; } = new();

    public MeterRecorder Metrics { get; }

    public StubHandler Stub { get; }

    public GracefulHttpHandler Handler { get; }

    public HttpClient Client { get; }

    public FakeTimeProvider Clock { get; } = new();

    public RecordingLoggerFactory Logs { get; } = new();

    public ScriptedBody Body { get; } = new();

    public Version AnswerVersion { get; set; } = HttpVersion.Version11;

    public string? AnswerType { get; set; }

    public CancellationToken InnerToken { get; private set; }

    public TaskCompletionSource Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How abandoned requests ended, as the log tells.</summary>
    public IEnumerable<string> Outcomes => Logs.Records.Where(r => r.Id.Name == "RequestEnded").Select(r => (string)r.Values["Outcome"]!);

    public void Answer(long? length = null, HttpStatusCode status = HttpStatusCode.OK)
    {
        var response = new HttpResponseMessage(status) { Content = new StreamContent(Body), Version = AnswerVersion };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", AnswerType);
        response.Content.Headers.ContentLength = length;
        response.Content.Headers.TryAddWithoutValidation("X-Two", ["a", "b"]);
        _answer.TrySetResult(response);
    }

    public void Fail(Exception exception) => _answer.TrySetException(exception);

    public async Task<HttpResponseMessage> GetHeadersAsync(long? length = null)
    {
        Task<HttpResponseMessage> sending = Client.GetAsync("http://test/", HttpCompletionOption.ResponseHeadersRead);
        Answer(length);
        return await sending.WithinAsync();
    }

    public async Task EndAsync() => await Handler.WaitForIdleAsync().WithinAsync();

    public void Dispose()
    {
        Client.Dispose();
        Metrics.Dispose();
        Meters.Dispose();
        Logs.Dispose();
    }
}
