namespace GracefulHttp.Benchmarks.Watch;

/// <summary>Who sent a FIN first.</summary>
internal enum FinOrder
{
    /// <summary>Nobody has.</summary>
    Nobody,

    /// <summary>The client.</summary>
    Client,

    /// <summary>The server.</summary>
    Server,

    /// <summary>Each before the other's had arrived.</summary>
    Crossed,
}
