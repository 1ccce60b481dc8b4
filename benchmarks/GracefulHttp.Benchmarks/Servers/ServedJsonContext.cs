using System.Text.Json.Serialization;

namespace GracefulHttp.Benchmarks.Servers;

[JsonSerializable(typeof(ServedCounts))]
internal sealed partial class ServedJsonContext : JsonSerializerContext;
