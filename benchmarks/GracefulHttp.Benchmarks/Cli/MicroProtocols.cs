using System.CommandLine;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>The option <c>--protocol</c> of the commands below <c>micro</c>, which are about connections that carry one request.</summary>
internal static class MicroProtocols
{
    private static readonly WireProtocol[] All = [WireProtocol.Http, WireProtocol.Https];

    public static Option<WireProtocol[]> CreateOption()
    {
        Option<WireProtocol[]> option = NameOption.CreateList<WireProtocol>("--protocol", "What is spoken: HTTP/1.1, HTTP/1.1 over TLS. [default: both]");
        option.HelpName = string.Join(',', All.Select(EnumNames.Name));
        return option;
    }

    public static string? WhyInvalid(WireProtocol[]? given) => given?.Contains(WireProtocol.H2) == true
        ? "--protocol: h2 shares connections between requests and is not measured here."
        : null;

    public static IReadOnlyList<WireProtocol> Read(WireProtocol[]? given) => given is { Length: > 0 } ? given : All;
}
