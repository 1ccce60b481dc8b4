namespace GracefulHttp.Retry;

internal static class ContentHeaders
{
    public static void Copy(HttpContent from, HttpContent to)
    {
        foreach (var header in from.Headers.NonValidated)
        {
            to.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }
}
