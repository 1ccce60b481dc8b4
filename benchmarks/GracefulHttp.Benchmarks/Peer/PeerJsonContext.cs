using System.Text.Json.Serialization;

namespace GracefulHttp.Benchmarks.Peer;

[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PeerRequest))]
[JsonSerializable(typeof(PeerReply))]
internal sealed partial class PeerJsonContext : JsonSerializerContext;
