using System.Text.Json.Serialization;

namespace GracefulHttp.Benchmarks.Compare;

/// <summary>Where a request is when it is abandoned.</summary>
internal enum RequestPhase
{
    /// <summary>Waiting for the headers.</summary>
    Headers,

    /// <summary>Reading the body: its first half has arrived.</summary>
    Body,

    /// <summary>Sending the request's content: its first half has been sent.</summary>
    Upload,

    /// <summary>Nowhere: it has been answered in full, and its connection is closed while idle, with the client it belongs to.</summary>
    [JsonStringEnumMemberName("idle-close")]
    IdleClose,
}
