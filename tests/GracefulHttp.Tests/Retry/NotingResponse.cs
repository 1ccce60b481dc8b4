using System.Net;

namespace GracefulHttp.Tests.Retry;

/// <summary>A response that tells when it is disposed.</summary>
internal sealed class NotingResponse(HttpStatusCode status) : HttpResponseMessage(status)
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Disposed => _disposed.Task;

    protected override void Dispose(bool disposing)
    {
        _disposed.TrySetResult();
        base.Dispose(disposing);
    }
}
