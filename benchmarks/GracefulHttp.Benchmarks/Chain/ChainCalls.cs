using System.Collections.Concurrent;

namespace GracefulHttp.Benchmarks.Chain;

/// <summary>The calls of a row by their numbers, which travel in the path: <c>/17</c>.</summary>
internal sealed class ChainCalls
{
    private readonly ConcurrentDictionary<string, ChainCall> _calls = new();

    public (string Path, ChainCall Call) Add()
    {
        var call = new ChainCall();
        string path = $"/{_calls.Count + 1}";
        _calls[path] = call;
        return (path, call);
    }

    public ChainCall this[string path] => _calls[path];
}
