namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>What benchmarks speak. Public, because BenchmarkDotNet sets it from code that it emits.</summary>
public enum BenchProtocol
{
    /// <summary>HTTP/1.1 without TLS.</summary>
    Http,

    /// <summary>HTTP/1.1 over TLS.</summary>
    Https,
}
