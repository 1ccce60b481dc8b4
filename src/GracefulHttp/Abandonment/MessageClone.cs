using System.Net.Http.Metrics;

namespace GracefulHttp.Abandonment;

/// <summary>Stands in for a message that is sent again (by a retry) while its abandoned attempt still runs.</summary>
internal static class MessageClone
{
    public static HttpRequestMessage Of(HttpRequestMessage message)
    {
        var clone = new HttpRequestMessage(message.Method, message.RequestUri)
        {
            Version = message.Version,
            VersionPolicy = message.VersionPolicy,

            // Shared: an attempt that still uploads is not let run, so nobody else reads it.
            Content = message.Content,
        };
        foreach (var header in message.Headers.NonValidated)
        {
            clone.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        foreach (KeyValuePair<string, object?> option in message.Options)
        {
            // The runtime's: each request goes through its own while it is metered.
            object? value = option.Value is List<Action<HttpMetricsEnrichmentContext>> callbacks ? callbacks.ToList() : option.Value;
            ((IDictionary<string, object?>)clone.Options)[option.Key] = value;
        }

        return clone;
    }

    /// <summary>Does to the caller's message what a redirect does to one that is sent itself, and makes it the response's again.</summary>
    public static void Return(HttpRequestMessage sent, HttpRequestMessage original, HttpResponseMessage? response)
    {
        if (!ReferenceEquals(sent, original) && ReferenceEquals(response?.RequestMessage, sent))
        {
            original.RequestUri = sent.RequestUri;
            original.Method = sent.Method;
            original.Content = sent.Content;
            response!.RequestMessage = original;
        }
    }
}
