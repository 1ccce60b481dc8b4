namespace GracefulHttp.Benchmarks.Relay;

/// <summary>How one direction of a relayed connection came to its end.</summary>
internal enum LineEnding
{
    /// <summary>The source's FIN was passed on.</summary>
    Fin,

    /// <summary>The source sent RST, and everything before it was passed on.</summary>
    SourceReset,

    /// <summary>The sink sent RST when it was given something.</summary>
    SinkReset,
}
