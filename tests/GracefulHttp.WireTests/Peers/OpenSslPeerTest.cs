using System.Security.Authentication;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Peers;

namespace GracefulHttp.WireTests.Peers;

/// <summary>Tests against a TLS stack that is not .NET's, and that tells a close_notify from a bare FIN.</summary>
public abstract class OpenSslPeerTest : PeerTest
{
    private readonly TaskCompletionSource _inBody = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OpenSslPeer? _peer;

    public static MatrixTheoryData<Scheme, string> TlsVersionsAndHeldTargets =>
        new([Scheme.HttpsTls12, Scheme.HttpsTls13], ["/headers", "/body"]);

    protected OpenSslPeer Peer => _peer ?? throw new InvalidOperationException("Serve first.");

    protected async Task ServeAsync(Scheme scheme)
    {
        Assert.SkipUnless(OpenSslPeer.IsAvailable(out string whyNot), whyNot);
        SslProtocols tls = scheme.Tls();
        _peer = await OpenSslPeer.StartAsync(tls);
        Observe(_peer, _peer.BaseAddress);
    }

    /// <summary>Asks for what the peer holds, waits until it does, and leaves.</summary>
    protected async Task AbandonAsync(HttpClient client, string target)
    {
        using var caller = new CancellationTokenSource();
        Task running = ReadAsync(client, target, caller.Token);
        await Peer.SaysAsync("held");

        // The peer may have the request before the client's write has returned; see WireClient.AbandonAsync.
        await Recorder.SettleAsync();
        if (target == "/body")
        {
            await _inBody.Task.WithinAsync();
        }

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WithinAsync());
    }

    private async Task ReadAsync(HttpClient client, string target, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await client.GetAsync(target, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await body.ReadExactlyAsync(new byte[10], cancellationToken);
        ValueTask<int> rest = body.ReadAsync(new byte[10], cancellationToken);
        _inBody.SetResult();
        await rest;
    }
}
