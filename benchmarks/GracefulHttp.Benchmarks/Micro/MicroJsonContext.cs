using System.Text.Json.Serialization;
using GracefulHttp.Benchmarks.Micro.Bench;
using GracefulHttp.Benchmarks.Micro.Cancel;
using GracefulHttp.Benchmarks.Micro.Linger;
using GracefulHttp.Benchmarks.Micro.Overhead;
using GracefulHttp.Benchmarks.Micro.Storm;
using GracefulHttp.Benchmarks.Micro.Tail;

namespace GracefulHttp.Benchmarks.Micro;

/// <summary>The results for programs. Property names are a contract.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(OverheadJson))]
[JsonSerializable(typeof(LingerJson))]
[JsonSerializable(typeof(CancelJson))]
[JsonSerializable(typeof(StormJson))]
[JsonSerializable(typeof(BenchJson))]
[JsonSerializable(typeof(TailJson))]
internal sealed partial class MicroJsonContext : JsonSerializerContext;
