using System.Diagnostics.Metrics;

namespace GracefulHttp.TestKit.Diagnostics;

/// <summary>One value that an instrument reported.</summary>
public sealed record Measurement(Instrument Instrument, double Value, IReadOnlyDictionary<string, object?> Tags)
{
    public override string ToString() => $"{Instrument.Name} {Value} {string.Join(' ', Tags.Select(tag => $"{tag.Key}={tag.Value}"))}";
}
