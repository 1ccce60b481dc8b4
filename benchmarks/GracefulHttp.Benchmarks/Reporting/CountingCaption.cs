using GracefulHttp.Benchmarks.Counting;

namespace GracefulHttp.Benchmarks.Reporting;

/// <summary>Says how the RSTs were counted, and so what the numbers can be trusted for.</summary>
internal static class CountingCaption
{
    public static string For(CountingMethod method) => method switch
    {
        CountingMethod.Segments when PrivateNetwork.IsInside =>
            "RSTs counted exactly, segment by segment, those of the client only, in a private network namespace.",
        CountingMethod.Segments => "RSTs counted exactly, segment by segment, those of the client only.",
        CountingMethod.KernelOwnNamespace =>
            "RSTs counted by the kernel (OutRsts) in a private network namespace: exact, but the client's and the server's together.",
        CountingMethod.KernelWholeMachine =>
            "RSTs counted by the kernel (OutRsts) for the whole machine: what this machine's other programs sent is in it, and the server's RSTs if it runs here.",
        _ => "RSTs could not be counted: this system has neither raw sockets for this user nor Linux's counters.",
    };
}
