using System.Collections.Concurrent;
using System.Globalization;

namespace GracefulHttp.StressTests.Storm;

/// <summary>What both sides know of the requests of a round, and what should not have been.</summary>
internal sealed class Ledger(Scenario scenario)
{
    /// <summary>The header in which an id travels, in both directions.</summary>
    public const string IdHeader = "X-Stress-Id";

    // The first few tell enough.
    private const int MostFaults = 20;

    private readonly RequestRecord?[] _records = new RequestRecord?[scenario.Plans.Count];
    private readonly ConcurrentQueue<string> _faults = new();

    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Moments that can be compared, of any thread.</summary>
    public static long Now => TimeProvider.System.GetTimestamp();

    /// <summary>The requests that have begun.</summary>
    public IEnumerable<RequestRecord> Records => _records.OfType<RequestRecord>();

    public RequestRecord Begin(int id) => _records[id] = new RequestRecord(scenario.Plans[id], this);

    /// <summary>What a server has been asked for: <c>/id</c>, or <c>/id/hop</c> where a redirect led.</summary>
    public RequestRecord? Find(string target, out bool isHop)
    {
        string[] parts = target.Split('/');
        isHop = parts.Length == 3;
        RequestRecord? record = int.TryParse(parts[1], CultureInfo.InvariantCulture, out int id) && (uint)id < (uint)_records.Length ? _records[id] : null;
        if (record is null)
        {
            Note($"A server was asked for {target}, of which nobody knows.");
        }

        return record;
    }

    public void Note(string fault)
    {
        if (_faults.Count < MostFaults)
        {
            _faults.Enqueue($"{fault} [{scenario}]");
        }
    }
}
