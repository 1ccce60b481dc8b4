namespace GracefulHttp.WireTests.Responses;

/// <summary>The ways in which a caller reads a body with its token.</summary>
public enum ResponseRead
{
    /// <summary><c>Stream.ReadAsync(Memory)</c>.</summary>
    ReadMemory,

    /// <summary><c>Stream.ReadAsync(byte[], offset, count)</c>.</summary>
    ReadArray,

    /// <summary><c>Stream.ReadAsync</c> of nothing, which waits, before each read.</summary>
    ReadAfterZeroBytes,

    /// <summary><c>Stream.CopyToAsync</c>.</summary>
    StreamCopyTo,

    /// <summary><c>HttpContent.CopyToAsync</c>.</summary>
    ContentCopyTo,
    LoadIntoBuffer,
    ReadAsString,
    ReadAsByteArray,
    ReadFromJson,
    GetStream,
    GetByteArray,
}
