using System.Globalization;

namespace GracefulHttp.Benchmarks.Counting;

/// <summary>The RSTs of one measurement as each oracle counted them. <see langword="null"/> is one that could not be asked.</summary>
/// <param name="Raw">Segments with RST that the raw socket saw, both directions.</param>
/// <param name="Kernel"><c>OutRsts</c> of the network namespace.</param>
/// <param name="RawAtServer">Those of <paramref name="Raw"/> that went to the server.</param>
/// <param name="Server">Connections on which the server noticed a RST; a lower bound.</param>
/// <param name="KernelIsShared">Whether others use that namespace as well, so that <paramref name="Kernel"/> is an upper bound.</param>
internal sealed record OracleCounts(long? Raw, long? Kernel, long? RawAtServer, long? Server, bool KernelIsShared = false)
{
    /// <summary>Whether there were two oracles to compare.</summary>
    public bool AreComparable => Raw is not null && Kernel is not null;

    /// <summary>In what the oracles contradict each other, or null.</summary>
    public string? Disagreement()
    {
        if (Raw is { } raw && Kernel is { } kernel && (KernelIsShared ? raw - kernel : Math.Abs(raw - kernel)) > Tolerance(raw, kernel))
        {
            return string.Create(CultureInfo.InvariantCulture, $"the raw socket saw {raw:#,0} RSTs, the kernel counted {kernel:#,0} (OutRsts)");
        }

        // The server may have missed some, but not seen any that was not there.
        return RawAtServer is { } arrived && Server is { } noticed && noticed - arrived > Tolerance(arrived, noticed)
            ? string.Create(CultureInfo.InvariantCulture, $"the server noticed {noticed:#,0} connections being reset, the raw socket saw {arrived:#,0} RSTs to it")
            : null;
    }

    public OracleCounts Add(OracleCounts other) =>
        new(Raw + other.Raw, Kernel + other.Kernel, RawAtServer + other.RawAtServer, Server + other.Server, KernelIsShared || other.KernelIsShared);

    private static double Tolerance(long one, long other) => Math.Max(0.01 * Math.Max(one, other), 2);
}
