using System.Diagnostics;

namespace GracefulHttp.Abandonment;

/// <summary>
/// The scope of a request that was sent inside an activity while somebody listened to ours. It knows that activity by its ids
/// only: an idle connection keeps the scope, and shall not keep the activity.
/// </summary>
internal sealed class TracedRequestScope(HttpRequestMessage message, ActivityContext sentIn) : RequestScope(message)
{
    public ActivityLink[] Links { get; } = [new ActivityLink(sentIn)];
}
