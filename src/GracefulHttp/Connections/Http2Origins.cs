using System.Collections.Concurrent;

namespace GracefulHttp.Connections;

/// <summary>The origins to which an HTTP/2 connection has been made. To the others no stream can have been opened.</summary>
internal sealed class Http2Origins
{
    // A client of very many is taken to have a connection to each.
    private const int Remembered = 10_000;

    private readonly ConcurrentDictionary<Origin, bool> _origins = new();
    private volatile bool _isFull;

    public void Add(Uri? uri)
    {
        if (!_isFull && _origins.TryAdd(Origin.Of(uri), true))
        {
            _isFull = _origins.Count > Remembered;
        }
    }

    public bool Contains(Uri? uri) => _isFull || _origins.ContainsKey(Origin.Of(uri));
}
