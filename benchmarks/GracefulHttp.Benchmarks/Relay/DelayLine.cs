using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;

namespace GracefulHttp.Benchmarks.Relay;

/// <summary>One direction of a relayed connection: what comes in at one socket goes out at the other when the link has carried it.</summary>
/// <param name="source">Where bytes, the FIN or the RST come from.</param>
/// <param name="sink">Where they go.</param>
/// <param name="link">What carries them.</param>
/// <param name="notBefore">The timestamp before which nothing arrives.</param>
internal sealed class DelayLine(Socket source, Socket sink, Link link, long notBefore)
{
    /// <summary>
    /// What is under way at most; beyond it the source's kernel has to hold it, and at last the source. More than a path of
    /// 100 Mbit/s and 20 ms holds.
    /// </summary>
    private const int Capacity = 256 * 1024;

    private const int Fin = 0;
    private const int Reset = -1;

    private readonly Pipe _bytes = new(new PipeOptions(
        pauseWriterThreshold: Capacity, resumeWriterThreshold: Capacity / 2, useSynchronizationContext: false));

    /// <summary>How the bytes were cut, and when each piece arrives. Each is a byte at least, so the pipe bounds these as well.</summary>
    private readonly Channel<(int Count, long Arrival)> _pieces = Channel.CreateUnbounded<(int, long)>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private volatile bool _finTaken;

    /// <summary>Whether the source has ended its direction: from then on no read tells that it resets.</summary>
    public bool FinTaken => _finTaken;

    /// <summary>Takes in what the source sends until it ends, or its socket is disposed.</summary>
    public async Task TakeInAsync()
    {
        int count;
        do
        {
            Memory<byte> memory = _bytes.Writer.GetMemory(4096);
            try
            {
                count = await source.ReceiveAsync(memory, SocketFlags.None);
                _finTaken = count == Fin;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                count = Reset;
            }

            _bytes.Writer.Advance(Math.Max(0, count));
            // The piece is told of when its bytes can be read, and before this waits for room.
            ValueTask<FlushResult> room = _bytes.Writer.FlushAsync();
            _pieces.Writer.TryWrite((count, Math.Max(notBefore, link.Carry(Math.Max(0, count)))));
            if ((await room).IsCompleted)
            {
                return; // Nobody gives it out any more.
            }
        }
        while (count > 0);
    }

    /// <summary>Gives out what has arrived, until the end has.</summary>
    /// <param name="sinkHasEnded">Whether the sink has sent its FIN.</param>
    /// <param name="disposing">Ends the relay.</param>
    public async Task<LineEnding> GiveOutAsync(Func<bool> sinkHasEnded, CancellationToken disposing)
    {
        try
        {
            while (true)
            {
                (int count, long arrival) = await _pieces.Reader.ReadAsync(disposing);
                await link.UntilAsync(arrival, disposing);
                LineEnding? ending = count switch
                {
                    Fin => End(),
                    Reset => LineEnding.SourceReset,
                    _ => await SendAsync(count, sinkHasEnded) ? null : LineEnding.SinkReset,
                };
                link.Delivered();
                if (ending is { } known)
                {
                    return known;
                }
            }
        }
        finally
        {
            await _bytes.Reader.CompleteAsync();
        }
    }

    /// <summary>Forgets what was never given out. When both loops have ended.</summary>
    public void Discard()
    {
        while (_pieces.Reader.TryRead(out _))
        {
            link.Delivered();
        }
    }

    private LineEnding End()
    {
        try
        {
            sink.Shutdown(SocketShutdown.Send);
            return LineEnding.Fin;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return LineEnding.SinkReset;
        }
    }

    private async ValueTask<bool> SendAsync(int count, Func<bool> sinkHasEnded)
    {
        ReadResult read = await _bytes.Reader.ReadAtLeastAsync(count);
        try
        {
            foreach (ReadOnlyMemory<byte> segment in read.Buffer.Slice(0, count))
            {
                await sink.SendAsync(segment, SocketFlags.None);
            }

            // No read tells of a RST that comes after a FIN, but the socket has it as its pending error. On loopback the answer to
            // what was sent is there when the send returns. Not while somebody reads: asking takes the error away.
            return !sinkHasEnded() || (int)sink.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _bytes.Reader.AdvanceTo(read.Buffer.GetPosition(count));
        }
    }
}
