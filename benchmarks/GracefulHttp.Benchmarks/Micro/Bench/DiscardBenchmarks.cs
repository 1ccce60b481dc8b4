using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using GracefulHttp.Connections;

namespace GracefulHttp.Benchmarks.Micro.Bench;

/// <summary>What it takes to throw away a MiB that has arrived.</summary>
/// <remarks>
/// Only the reading is measured: each iteration finds the bytes in the receive queues of many sockets, because one queue holds too
/// little to be timed.
/// </remarks>
[MemoryDiagnoser(displayGenColumns: false)]
[InvocationCount(1)]
[Description("throwing away 1 MiB that has arrived")]
public class DiscardBenchmarks
{
    private const int BytesPerSocket = 32 * 1024;
    private const int Sockets = 256;
    private const int Mebibytes = Sockets * BytesPerSocket / (1024 * 1024);

    private readonly byte[] _sent = new byte[BytesPerSocket];
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<(Socket Sender, Socket Receiver)> _pairs = [];

    [GlobalSetup]
    public void Connect()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        for (int i = 0; i < Sockets; i++)
        {
            // With room for all, so that sending never waits for the reader, which is the same thread.
            var sender = new Socket(SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 2 * BytesPerSocket };
            sender.Connect(listener.LocalEndPoint!);
            _pairs.Add((sender, listener.Accept()));
        }
    }

    [IterationSetup]
    public void Send() => _pairs.ForEach(pair => pair.Sender.Send(_sent));

    [GlobalCleanup]
    public void Close() => _pairs.ForEach(pair =>
    {
        pair.Sender.Dispose();
        pair.Receiver.Dispose();
    });

    [Benchmark(Baseline = true, OperationsPerInvoke = Mebibytes, Description = "copying read")]
    public int CopyingRead()
    {
        int reads = 0;
        foreach ((_, Socket receiver) in _pairs)
        {
            for (int left = BytesPerSocket; left > 0; reads++)
            {
                left -= receiver.Receive(_buffer);
            }
        }

        return reads;
    }

    [Benchmark(OperationsPerInvoke = Mebibytes, Description = "discard (as drains and lingers do)")]
    public int Discard()
    {
        int reads = 0;
        foreach ((_, Socket receiver) in _pairs)
        {
            for (int left = BytesPerSocket; left > 0; reads++)
            {
                left -= SocketDiscard.TryNext(receiver, out int count) ? count : 0;
            }
        }

        return reads;
    }
}
