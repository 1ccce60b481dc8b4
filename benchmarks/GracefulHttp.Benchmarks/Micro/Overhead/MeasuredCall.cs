namespace GracefulHttp.Benchmarks.Micro.Overhead;

/// <summary>What a request is, as its caller makes it. None is abandoned.</summary>
internal enum MeasuredCall
{
    /// <summary><c>HttpClient.GetAsync(url, token)</c>: a small answer, buffered, and a token that can fire but does not.</summary>
    Get,

    /// <summary>The same without any token. Only below <see cref="HttpClient"/>, which always hands one down.</summary>
    GetWithoutToken,

    /// <summary>A large body, <see cref="HttpCompletionOption.ResponseHeadersRead"/> and <c>CopyToAsync</c>, with a token.</summary>
    Download,
}
