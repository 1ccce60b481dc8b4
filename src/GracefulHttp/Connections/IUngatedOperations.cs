namespace GracefulHttp.Connections;

/// <summary>The operations of a stream as they are without its <see cref="OperationGate"/>.</summary>
internal interface IUngatedOperations
{
    ValueTask<int> ReadUngatedAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    ValueTask WriteUngatedAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken);
}
