using System.Text.Json.Serialization;

namespace GracefulHttp.Benchmarks.Chain;

/// <summary>The results for programs. Property names are a contract.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ChainJson))]
internal sealed partial class ChainJsonContext : JsonSerializerContext;
