using GracefulHttp.Background;

namespace GracefulHttp.Connections;

/// <summary>Frees the TLS session of a connection that was cut, off the thread of whoever cut it.</summary>
internal sealed class SessionDisposal(GracefulTlsStream session) : BackgroundJob
{
    protected override Task RunAsync()
    {
        session.DisposeSession();
        return Task.CompletedTask;
    }
}
