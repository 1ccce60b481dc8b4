namespace GracefulHttp.WireTests;

/// <summary>Which of <see cref="HttpClient"/>'s calls the caller is in.</summary>
public enum ClientCall
{
    /// <summary>Buffers the body after the handlers have returned.</summary>
    GetAsync,

    /// <summary>Copies the body into a buffer of its own.</summary>
    GetStringAsync,

    /// <summary><see cref="HttpCompletionOption.ResponseHeadersRead"/>, then <c>ReadAsync(buffer, token)</c> until the end.</summary>
    ReadAsync,
}
