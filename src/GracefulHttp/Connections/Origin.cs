namespace GracefulHttp.Connections;

/// <summary>Where requests go that may share a connection.</summary>
internal readonly record struct Origin(string Scheme, string Host, int Port)
{
    public static Origin Of(Uri? uri) => uri is { IsAbsoluteUri: true } ? new(uri.Scheme, uri.IdnHost, uri.Port) : new("", "", 0);
}
