using GracefulHttp.TestKit;

namespace GracefulHttp.WireTests.Carriers;

/// <summary>One request at a <see cref="CarrierServer"/>, and what its script does with it, whatever carries it.</summary>
public abstract class CarrierExchange
{
    public abstract string Method { get; }

    public abstract string Path { get; }

    /// <summary>Null where the request has no such header.</summary>
    public abstract string? Header(string name);

    public Task AnswerAsync() => AnswerAsync(200);

    /// <param name="status">The status code.</param>
    /// <param name="headers">Whole lines.</param>
    public abstract Task AnswerAsync(int status, params string[] headers);

    /// <summary>Headers and the first bytes, and the rest when it is released.</summary>
    public abstract Task AnswerStalledAsync(SyncPoint held);

    /// <summary>Ends the connection (HTTP/2: refuses the stream) without an answer, upon which a client may send it again.</summary>
    public abstract Task RefuseAsync();
}
