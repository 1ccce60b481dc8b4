namespace GracefulHttp.WireTests.Responses;

/// <summary>The members through which a response stream can be read, beside those of <see cref="ResponseRead"/>.</summary>
public enum StreamUse
{
    ReadAsync,
    ReadAsyncWithToken,
    ReadArrayAsync,
    Read,
    ReadArray,
    ReadByte,
    BeginRead,
    CopyTo,
    CopyToAsync,
}
