using System.Security.Authentication;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests;

/// <summary>The axes of the theories, and what each value means on the wire.</summary>
public static class Cells
{
    public static TheoryData<Scheme> Schemes => [.. Enum.GetValues<Scheme>()];

    public static MatrixTheoryData<Scheme, Phase> SchemesAndPhases => new(Enum.GetValues<Scheme>(), Enum.GetValues<Phase>());

    public static MatrixTheoryData<Scheme, Phase, ClientCall> All => new(Enum.GetValues<Scheme>(), Enum.GetValues<Phase>(), Enum.GetValues<ClientCall>());

    public static SslProtocols Tls(this Scheme scheme) => scheme switch
    {
        Scheme.HttpsTls12 => SslProtocols.Tls12,
        Scheme.HttpsTls13 => SslProtocols.Tls13,
        _ => SslProtocols.None,
    };

    /// <summary>How a client that ends in peace ends: over TLS its FIN comes behind a close_notify (RFC 9112 §9.8).</summary>
    public static PeerEnding PeacefulEnding(this Scheme scheme) => scheme == Scheme.Http ? PeerEnding.Fin : PeerEnding.CloseNotifyThenFin;

    /// <summary>A server that is held in this phase.</summary>
    public static Func<FinBlindExchange, Task> HeldScript(this Phase phase, SyncPoint held, int rest = 10) => phase switch
    {
        Phase.Headers => FinBlindScripts.LateHeaders(held, new string('x', rest)),
        Phase.ContentLengthBody => FinBlindScripts.StalledBody(held, BodyFraming.ContentLength, rest: rest),
        _ => FinBlindScripts.StalledBody(held, BodyFraming.Chunked, rest: rest),
    };

    /// <summary>Makes the call and goes on to its end.</summary>
    public static async Task RunAsync(this ClientCall call, HttpClient client, string target, CancellationToken cancellationToken)
    {
        switch (call)
        {
            case ClientCall.GetAsync:
                using (await client.GetAsync(target, cancellationToken))
                {
                    return;
                }

            case ClientCall.GetStringAsync:
                await client.GetStringAsync(target, cancellationToken);
                return;

            default:
                using (HttpResponseMessage response =
                    await client.GetAsync(target, HttpCompletionOption.ResponseHeadersRead, cancellationToken))
                {
                    await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
                    byte[] buffer = new byte[1024];
                    while (await body.ReadAsync(buffer, cancellationToken) > 0)
                    {
                    }
                }

                return;
        }
    }
}
