using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Counting;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>Says how the RSTs were counted, and so what the numbers can be trusted for.</summary>
internal static class CountingCaption
{
    /// <summary>How, and whether the oracles agreed.</summary>
    public static string For(IReadOnlyCollection<CompareRow> rows) => $"{For(rows.Max(row => row.Method))} {Agreement(rows)}".TrimEnd();

    internal static string For(CountingMethod method) => method switch
    {
        CountingMethod.Segments when PrivateNetwork.IsInside =>
            "RSTs counted one by one on a raw socket, the client's and the server's apart, in a private network namespace, and compared with the kernel's count (OutRsts).",
        CountingMethod.Segments =>
            "RSTs counted one by one on a raw socket, the client's and the server's apart, and compared with the kernel's count (OutRsts), which has what other programs here sent in it.",
        CountingMethod.BothEnds =>
            "RSTs counted one by one on raw sockets where they arrive, the client's at the server's host and the server's here, and compared together with both kernels' counts (OutRsts), which have what other programs there sent in them.",
        CountingMethod.ServersHost =>
            "The client's RSTs counted one by one on a raw socket at the server's host, where they arrive; the server's could not be counted: nobody may look here.",
        CountingMethod.ClientsHost =>
            "The server's RSTs counted one by one on a raw socket here, where they arrive; the client's by this host's kernel (OutRsts), with what its other programs sent in them: nobody may look at the server's host.",
        CountingMethod.KernelClientsHost =>
            "The client's RSTs counted by this host's kernel (OutRsts), with what its other programs sent in them; the server's, which its own host's kernel counts, are not known.",
        CountingMethod.KernelOwnNamespace =>
            "RSTs counted by the kernel (OutRsts) in a private network namespace: exact, but the client's and the server's could not be told apart.",
        CountingMethod.KernelWholeMachine =>
            "RSTs counted by the kernel (OutRsts) for the whole machine: neither what its other programs sent could be told apart, nor the server's RSTs.",
        _ => "RSTs could not be counted: this system has neither raw sockets for this user nor Linux's counters.",
    };

    /// <summary>Whether the oracles agreed in all rows.</summary>
    internal static string? Agreement(IReadOnlyCollection<CompareRow> rows)
    {
        CompareRow[] comparable = [.. rows.Where(row => row.Oracles.AreComparable)];
        int agree = comparable.Count(row => row.Oracles.Disagreement() is null);

        // Of a counter that others have a part in, all that can be said is that it is not too low.
        string claim = comparable.Any(row => row.Oracles.KernelIsShared) ? "The kernel counted no fewer" : "Raw socket and kernel agree";
        return comparable.Length == 0 ? null
            : agree == comparable.Length && agree < rows.Count ? $"{claim} in the {agree} of {rows.Count} rows that both counted."
            : agree == rows.Count ? $"{claim} in every row ({agree})."
            : $"{claim} in {agree} of {comparable.Length} rows; the others are named.";
    }
}
