using System.ComponentModel;
using System.Net;
using BenchmarkDotNet.Attributes;
using GracefulHttp.TestKit;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>What the message layer adds, without a network below it.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
[Description("the handler alone, a stub answers")]
public class HandlerBenchmarks
{
    private static readonly Uri Url = new("http://127.0.0.1/");
    private static readonly byte[] Body = new byte[256];

    private readonly CancellationTokenSource _leaving = new();
    private HttpClient _bare = null!;
    private HttpClient _graceful = null!;

    [GlobalSetup]
    public void Start()
    {
        _bare = new HttpClient(Stub());
        _graceful = new HttpClient(new GracefulHttpHandler(new GracefulHttpOptions(), Stub()));
    }

    [GlobalCleanup]
    public void Stop()
    {
        _bare.Dispose();
        _graceful.Dispose();
    }

    [Benchmark(Baseline = true, Description = "no handler")]
    public Task<HttpStatusCode> Bare() => GetAsync(_bare);

    [Benchmark(Description = "GracefulHttpHandler")]
    public Task<HttpStatusCode> Graceful() => GetAsync(_graceful);

    private static StubHandler Stub() => new(static _ => new HttpResponseMessage { Content = new ByteArrayContent(Body) });

    private async Task<HttpStatusCode> GetAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.GetAsync(Url, _leaving.Token);
        return response.StatusCode;
    }
}
