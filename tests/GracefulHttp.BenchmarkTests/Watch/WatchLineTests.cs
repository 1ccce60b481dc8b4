using System.Net;
using GracefulHttp.Benchmarks.Watch;

namespace GracefulHttp.BenchmarkTests.Watch;

public sealed class WatchLineTests
{
    private readonly Edges _edges = new();

    [Fact]
    public void ToString_Segments_ReadsLikeAFirewallsLog()
    {
        Line(_edges.Syn(), "").ShouldBe("client 10.0.0.1:50000 > server 10.0.0.2:80  SYN");
        Line(_edges.SynAck(), "").ShouldBe("client 10.0.0.1:50000 < server 10.0.0.2:80  SYN ACK");
        Line(_edges.ClientFin(), "client first").ShouldBe("client 10.0.0.1:50000 > server 10.0.0.2:80  FIN ACK  client first");
        Line(_edges.ServerReset(), "refused").ShouldBe("client 10.0.0.1:50000 < server 10.0.0.2:80  RST ACK  refused");
    }

    [Fact]
    public void ToString_IPv6_PutsTheAddressInBrackets() =>
        new WatchLine(new IPEndPoint(IPAddress.IPv6Loopback, 1), new IPEndPoint(IPAddress.IPv6Any, 2), Side.Client, _edges.Syn(), "")
            .ToString().ShouldBe("client [::1]:1 > server [::]:2  SYN");

    [Theory]
    [InlineData("No TCP/HTTP cookie", "No TCP/HTTP cookie")]
    [InlineData("a\"b\\c", "a\\\"b\\\\c")]
    [InlineData("\u001b[31m\r\n\u00e9\u007f\0", "\\x1b[31m\\x0d\\x0a\\xe9\\x7f\\x00")]
    public void ToString_ResetCarriesText_ShowsItEscaped(string payload, string shown) =>
        Line(_edges.ServerReset(payload), "abort").ShouldEndWith($"  RST ACK  abort  says \"{shown}\"");

    [Fact]
    public void ToString_ResetCarriesMuch_ShowsItsBeginning()
    {
        string line = Line(_edges.ServerReset(new string('x', 5_000)), "abort");

        line.ShouldEndWith("xxx\" … 5000 bytes");
        line.Length.ShouldBeLessThan(250);
    }

    [Fact]
    public void ToString_FinCarriesData_IsNotShown() =>
        Line(_edges.ClientFin() with { Payload = [65], PayloadLength = 1 }, "").ShouldNotContain("says");

    private string Line(WatchedEdge edge, string meaning) => new WatchLine(
        _edges.Client, _edges.Server, edge.Source.Equals(_edges.Client) ? Side.Client : Side.Server, edge, meaning).ToString();
}
