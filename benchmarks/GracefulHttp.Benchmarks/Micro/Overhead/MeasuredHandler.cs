namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>What carries the requests of a round.</summary>
internal enum MeasuredHandler
{
    /// <summary>A <see cref="SocketsHttpHandler"/> as it is: what the others are compared with.</summary>
    Bare,

    /// <summary>Another one of the same. Where it differs from the first, that is what this machine cannot tell apart.</summary>
    BareAgain,

    /// <summary>The transport layer alone: <see cref="GracefulSocketsHttpHandlerExtensions.UseGracefulClose"/>.</summary>
    Transport,

    /// <summary>Both layers: a <see cref="GracefulHttpHandler"/>.</summary>
    Both,
}
