using System.Text.Json.Serialization;

namespace GracefulHttp.RealServers;

[JsonConverter(typeof(JsonStringEnumConverter<Strategy>))]
internal enum Strategy
{
    /// <summary>The opposite: <see cref="HttpClient"/> as it is.</summary>
    Plain,

    Drain,

    Close,
}
