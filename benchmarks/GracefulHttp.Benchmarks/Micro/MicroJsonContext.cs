using System.Text.Json.Serialization;
using GracefulHttp.Benchmarks.Micro.Linger;
using GracefulHttp.Benchmarks.Micro.Overhead;

namespace GracefulHttp.Benchmarks.Micro;

/// <summary>The results for programs. Property names are a contract.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(OverheadJson))]
[JsonSerializable(typeof(LingerJson))]
internal sealed partial class MicroJsonContext : JsonSerializerContext;
