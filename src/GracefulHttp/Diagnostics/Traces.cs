using System.Diagnostics;
using System.Net;
using GracefulHttp.Abandonment;
using GracefulHttp.Connections;

namespace GracefulHttp.Diagnostics;

/// <summary>
/// The activities of what goes on without the caller. They are roots, linked to the activity in which the request was sent:
/// that one has usually ended, and its parents with it.
/// </summary>
internal static class Traces
{
    private static readonly ActivitySource Source = new(GracefulHttpTelemetry.Name);

    /// <summary>The scope of a request that is sent now.</summary>
    public static RequestScope NewScope(HttpRequestMessage message) =>
        Source.HasListeners() && Activity.Current is { IdFormat: ActivityIdFormat.W3C } sentIn
            ? new TracedRequestScope(message, sentIn.Context)
            : new RequestScope(message);

    /// <summary>The drain of an abandoned request. Called where no other activity is current.</summary>
    public static Activity? StartDrain(RequestScope scope) => Start(GracefulHttpTelemetry.DrainActivity, LinksOf(scope));

    /// <summary>
    /// What the end of a connection shall be linked to; null where it shall not be traced: nobody listens, or no abandoned
    /// request has left it behind.
    /// </summary>
    public static ActivityLink[]? LinksForClose(RequestScope? last) =>
        Source.HasListeners() && last is { IsAbandoned: true, HasEnded: false } ? LinksOf(last) : null;

    /// <summary>The end of a connection. Called where no other activity is current.</summary>
    public static Activity? StartClose(ActivityLink[]? links) => links is null ? null : Start(GracefulHttpTelemetry.CloseActivity, links);

    public static void End(Activity? drain, AbandonReport request, in AbandonEnd end)
    {
        if (drain is null)
        {
            return;
        }

        if (drain.IsAllDataRequested)
        {
            foreach (KeyValuePair<string, object?> tag in request.Tags())
            {
                drain.SetTag(tag.Key, tag.Value);
            }

            drain.SetTag(GracefulHttpTelemetry.Phase, request.Phase.ToTag());
            drain.SetTag(RuntimeTags.ProtocolVersion, end.Version is null ? null : RuntimeTags.Of(end.Version));
            drain.SetTag(RuntimeTags.ErrorType, end.Failure is null ? null : RuntimeTags.Of(end.Failure));
        }

        bool isError = end.Outcome is AbandonOutcome.DrainTimeout or AbandonOutcome.DrainSize or AbandonOutcome.Failed;
        End(drain, end.Outcome.ToTag(), end.Discarded, end.Outcome == AbandonOutcome.Drained, isError);
    }

    public static void End(Activity? close, CloseOutcome outcome, long discarded, DnsEndPoint? server)
    {
        if (close is null)
        {
            return;
        }

        close.SetTag(RuntimeTags.ServerAddress, server?.Host);
        close.SetTag(RuntimeTags.ServerPort, server?.Port);

        // A session over a stream that ends itself has said close_notify, and what became of the rest is not known.
        string? tag = outcome == CloseOutcome.None ? null : outcome.ToTag();
        bool isError = outcome.IsUngraceful() || outcome == CloseOutcome.PeerReset;
        End(close, tag, discarded, outcome == CloseOutcome.Closed, isError);
    }

    private static void End(Activity activity, string? outcome, long discarded, bool isOk, bool isError)
    {
        activity.SetTag(GracefulHttpTelemetry.Outcome, outcome);
        activity.SetTag(GracefulHttpTelemetry.Discarded, discarded);
        if (isOk || isError)
        {
            activity.SetStatus(isOk ? ActivityStatusCode.Ok : ActivityStatusCode.Error, isOk ? null : outcome);
        }

        activity.Dispose();
    }

    private static Activity? Start(string name, ActivityLink[] links) =>
        Source.StartActivity(name, ActivityKind.Internal, parentContext: default, links: links);

    private static ActivityLink[] LinksOf(RequestScope scope) => (scope as TracedRequestScope)?.Links ?? [];
}
