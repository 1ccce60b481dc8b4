namespace GracefulHttp.Benchmarks.Micro;

/// <summary>Whose requests are abandoned.</summary>
internal enum MeasuredClient
{
    /// <summary>A plain client: what the others are compared with.</summary>
    Plain,

    /// <summary>Another one of the same. Where it differs from the first, that is what this machine cannot tell apart.</summary>
    PlainAgain,

    /// <summary>A <see cref="GracefulHttpHandler"/> that closes.</summary>
    Close,

    /// <summary>A <see cref="GracefulHttpHandler"/> that drains.</summary>
    Drain,
}
