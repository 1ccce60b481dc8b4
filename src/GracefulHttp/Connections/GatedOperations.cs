using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace GracefulHttp.Connections;

/// <summary>Reads and writes of a stream through its <see cref="OperationGate"/>, without allocating.</summary>
internal readonly struct GatedOperations(OperationGate gate, IUngatedOperations stream)
{
    /// <summary>Reads with the gate's token, or with a linked one where the caller brings its own.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled
            ? ReadLinkedAsync(buffer, cancellationToken)
            : ReadWithAsync(buffer, gate.ReadToken);

    /// <summary>Writes with the gate's token, or with a linked one where the caller brings its own.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled
            ? WriteLinkedAsync(buffer, cancellationToken)
            : WriteWithAsync(buffer, gate.WriteToken);

    /// <summary>Reads with exactly this token. Whoever gives it must fire it before the stream is disposed.</summary>
    public ValueTask<int> ReadWithAsync(Memory<byte> buffer, CancellationToken token)
    {
        if (!gate.TryEnter(OperationGate.Read))
        {
            return ValueTask.FromException<int>(new ObjectDisposedException(nameof(Stream)));
        }

        ValueTask<int> read;
        try
        {
            read = stream.ReadUngatedAsync(buffer, token);
        }
        catch
        {
            gate.Exit(OperationGate.Read);
            throw;
        }

        if (!read.IsCompletedSuccessfully)
        {
            return LeaveWithAsync(read, !buffer.IsEmpty, gate);
        }

        // Also completed: a result is taken once, and the gate is left in the same step.
        int count = gate.NoteRead(read.Result, !buffer.IsEmpty);
        gate.Exit(OperationGate.Read);
        return gate.IsClosing ? ValueTask.FromException<int>(Interrupted()) : new ValueTask<int>(count);
    }

    /// <summary>Writes with exactly this token. Whoever gives it must fire it before the stream is disposed.</summary>
    public ValueTask WriteWithAsync(ReadOnlyMemory<byte> buffer, CancellationToken token)
    {
        if (!gate.TryEnter(OperationGate.Write))
        {
            return ValueTask.FromException(new ObjectDisposedException(nameof(Stream)));
        }

        ValueTask write;
        try
        {
            write = stream.WriteUngatedAsync(buffer, token);
        }
        catch
        {
            gate.Exit(OperationGate.Write);
            throw;
        }

        if (!write.IsCompletedSuccessfully)
        {
            return LeaveWithAsync(write, gate);
        }

        write.GetAwaiter().GetResult();
        gate.Exit(OperationGate.Write);
        return default;
    }

    /// <summary>
    /// What a read ends with when the stream is disposed under it: what a disposed socket gives. An
    /// OperationCanceledException with our token would reach the caller as if it were the caller's.
    /// </summary>
    public static IOException Interrupted() => FailedRead(SocketError.OperationAborted);

    /// <inheritdoc cref="Interrupted"/>
    public static IOException InterruptedWrite() => FailedWrite(SocketError.OperationAborted);

    /// <summary>As <see cref="NetworkStream"/> says it.</summary>
    public static IOException FailedRead(SocketError error) => Failed("read data from", error);

    /// <inheritdoc cref="FailedRead"/>
    public static IOException FailedWrite(SocketError error) => Failed("write data to", error);

    private static IOException Failed(string what, SocketError error)
    {
        var inner = new SocketException((int)error);
        return new IOException($"Unable to {what} the transport connection: {inner.Message}.", inner);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> LeaveWithAsync(ValueTask<int> read, bool askedForData, OperationGate gate)
    {
        try
        {
            int count = gate.NoteRead(await read.ConfigureAwait(false), askedForData);

            // A record may be decrypted while the stream is disposed. What is given now would look like the end of a body.
            return gate.IsClosing ? throw Interrupted() : count;
        }
        catch (OperationCanceledException) when (gate.IsClosing)
        {
            throw Interrupted();
        }
        finally
        {
            gate.Exit(OperationGate.Read);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask LeaveWithAsync(ValueTask write, OperationGate gate)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (gate.IsClosing)
        {
            gate.NoteFailedWrite();
            throw InterruptedWrite();
        }
        catch
        {
            gate.NoteFailedWrite();
            throw;
        }
        finally
        {
            gate.Exit(OperationGate.Write);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadLinkedAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, gate.ReadToken);
        try
        {
            return await ReadWithAsync(buffer, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteLinkedAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, gate.WriteToken);
        try
        {
            await WriteWithAsync(buffer, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }
}
