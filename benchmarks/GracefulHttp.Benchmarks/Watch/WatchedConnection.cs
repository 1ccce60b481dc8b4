using System.Net;

namespace GracefulHttp.Benchmarks.Watch;

/// <summary>What has been seen of one connection.</summary>
internal sealed class WatchedConnection(IPEndPoint client, IPEndPoint server)
{
    private uint? _initialSequence;
    private uint? _clientFinEnd;
    private uint? _serverFinEnd;
    private bool _answered;

    public IPEndPoint Client { get; } = client;

    public IPEndPoint Server { get; } = server;

    /// <summary>Whether it has been seen from its beginning.</summary>
    public bool IsWhole => _initialSequence is not null;

    public bool IsRefused { get; private set; }

    public FinOrder FinOrder { get; private set; }

    /// <summary>Who sent an RST first; null while nobody has.</summary>
    public Side? ResetBy { get; private set; }

    /// <summary>Nothing more is expected; RSTs may still come.</summary>
    public bool IsEnded => ResetBy is not null || HasBothFins;

    private bool HasBothFins => _clientFinEnd is not null && _serverFinEnd is not null;

    public Side SenderOf(in WatchedEdge edge) => edge.Source.Equals(Client) ? Side.Client : Side.Server;

    /// <summary>A SYN with another number than this connection's: its two ends have begun a new one.</summary>
    public bool IsReplacedBy(in WatchedEdge edge) => edge.IsSyn && edge.Sequence != _initialSequence;

    /// <summary>Takes the edge in.</summary>
    /// <returns>What it means where its flags alone do not say; empty where they do.</returns>
    public string Add(in WatchedEdge edge)
    {
        Side sender = SenderOf(edge);
        if (edge.IsReset)
        {
            return Reset(sender);
        }

        if (edge.IsSyn)
        {
            bool again = _initialSequence is not null;
            _initialSequence = edge.Sequence;
            return again ? "retransmitted" : "";
        }

        if (edge.IsSynAck)
        {
            bool again = _answered;
            _answered = true;
            return again ? "retransmitted" : "";
        }

        return Fin(sender, edge);
    }

    private string Fin(Side sender, in WatchedEdge edge)
    {
        ref uint? own = ref sender == Side.Client ? ref _clientFinEnd : ref _serverFinEnd;
        uint? others = sender == Side.Client ? _serverFinEnd : _clientFinEnd;
        if (own is not null)
        {
            return "retransmitted";
        }

        own = edge.End;
        if (others is null)
        {
            FinOrder = sender == Side.Client ? FinOrder.Client : FinOrder.Server;
            return $"{sender.Name()} first";
        }

        if (edge.Acknowledgment == others)
        {
            return "";
        }

        FinOrder = FinOrder.Crossed;
        return "crossed the other's";
    }

    private string Reset(Side sender)
    {
        if (ResetBy is { } first)
        {
            return first == sender ? "again" : "answers a reset";
        }

        ResetBy = sender;
        IsRefused = sender == Side.Server && IsWhole && !_answered && FinOrder == FinOrder.Nobody;
        bool ownFin = (sender == Side.Client ? _clientFinEnd : _serverFinEnd) is not null;
        return IsRefused ? "refused"
            : HasBothFins ? "after both FINs"
            : ownFin ? "abort, after its FIN"
            : FinOrder != FinOrder.Nobody ? "abort, after the other's FIN"
            : "abort";
    }
}
