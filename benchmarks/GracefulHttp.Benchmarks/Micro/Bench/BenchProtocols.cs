using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>The protocols of benchmarks among those of the servers.</summary>
internal static class BenchProtocols
{
    public static WireProtocol Wire(this BenchProtocol protocol) =>
        protocol == BenchProtocol.Http ? WireProtocol.Http : WireProtocol.Https;
}
