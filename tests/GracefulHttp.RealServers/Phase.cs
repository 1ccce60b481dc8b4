using System.Text.Json.Serialization;

namespace GracefulHttp.RealServers;

/// <summary>Where the requests are when their callers leave.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Phase>))]
internal enum Phase
{
    /// <summary>Sent; the server has not answered.</summary>
    Headers,

    /// <summary>The headers and the beginning of the body have come.</summary>
    Body,

    /// <summary>The beginning of the request's body is out.</summary>
    Upload,

    /// <summary>Answered and read: what ends are idle connections, when the client is disposed.</summary>
    IdleClose,
}
