using System.Xml.Linq;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Reporting.Html;

/// <summary>What the page says to somebody who has never heard of RST.</summary>
internal static class HtmlText
{
    public const string Title = "What becomes of abandoned HTTP requests";

    public const string ResetChart =
        "The useful requests are those whose callers stay; the more of them are answered, the further right. Each mark is a strategy "
        + "(its name and colour) over a protocol (its shape: circle for http, square for https, triangle for h2). The best place is the "
        + "lower right corner: much work done, no RST sent.";

    public const string LatencyChart =
        "Abandoned requests cost the others time, because their connections have to be opened anew. A curve shows how long the useful "
        + "requests took: read up from 99 %, and 99 of 100 were answered within that time. Lower is better. Both scales stretch the "
        + "extremes: each step up is ten times as long, each step to the right leaves a tenth of the requests.";

    public const string SocketChart =
        "A rising line means a new TCP connection, and over https a TLS handshake, for every abandoned request. The dashed line counts "
        + "the ports left in TIME_WAIT: after an orderly close a client's port cannot be used for the same server for a minute, and "
        + "there are about 28,000 of them. The step at the end is the client closing its idle connections.";

    public const string Css = """
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
        main { max-width: 1120px; margin: 0 auto; padding: 24px 20px 64px; }
        h1 { font-size: 1.9rem; line-height: 1.2; } h2 { margin-top: 2.4rem; font-size: 1.3rem; }
        p, ul, dl { max-width: 72ch; } dt { font-weight: 700; } dd { margin: 0 0 0.5rem 0; }
        dt.abort { color: var(--abort); } dt.close { color: var(--close); } dt.drain { color: var(--drain); } dt.retry { color: var(--retry); }
        .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 28px 32px; margin: 20px 0; }
        .panels svg { width: 100%; height: auto; max-width: 620px; }
        .wide { overflow-x: auto; } summary { cursor: pointer; color: var(--muted); }
        table { border-collapse: collapse; font-size: 0.82rem; font-variant-numeric: tabular-nums; }
        th, td { padding: 3px 8px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
        th[scope=row], th[scope=rowgroup], th:first-child { text-align: left; } th[scope=row] { font-weight: 400; }
        th[scope=rowgroup] { padding-top: 14px; } thead th { white-space: normal; vertical-align: bottom; color: var(--muted); font-weight: 600; }
        td.bad { color: var(--abort); font-weight: 700; } .note { color: var(--muted); font-size: 0.88rem; }
        """;

    public static IEnumerable<XElement> Introduction(CompareSettings settings, IReadOnlyList<CompareRow> rows) =>
    [
        Paragraph(
            "When somebody stops waiting for an HTTP answer (a timeout, a retry, a user who has gone), the request is abandoned, but its "
            + "TCP connection is still there, and the answer may still be on its way. There are two ways to end a connection. With a FIN a "
            + "side says that it has nothing more to send, and both come to an orderly end. With an RST, a reset, it tells the other to "
            + "forget the connection at once."),
        Paragraph(
            "One RST does no harm. But firewalls and load balancers count them, because port scans and attacks send many, and a client "
            + "that sends too many is blocked: all of its requests then fail. A service with short timeouts in front of a slow one sends "
            + "an RST for each request that timed out. And each connection that was ended has to be opened again, which costs both sides "
            + "time."),
        new("h2", "What is compared"),
        Paragraph(
            "Some requests are quick and useful, their callers stay. Others are answered late, and their callers leave first. What then "
            + "becomes of the connection is the strategy:"),
        new("dl", rows.Select(row => row.Strategy).Distinct().SelectMany(strategy => (XElement[])
        [
            new("dt", new XAttribute("class", strategy.Name()), strategy.Name()), new("dd", Describe(strategy)),
        ])),
        Paragraph("It depends on what is spoken, on who answers, and on what is under way. Of these were measured:"),
        new("dl", Terms(settings, [.. rows.Select(row => row.Cell).Distinct()]).SelectMany(term => (XElement[])
        [
            new("dt", term.Name), new("dd", term.Meaning),
        ])),
    ];

    /// <summary>What a reader meets on this page, and nothing else.</summary>
    private static IEnumerable<(string Name, string Meaning)> Terms(CompareSettings settings, Cell[] cells)
    {
        foreach (WireProtocol protocol in cells.Select(cell => cell.Protocol).Distinct())
        {
            yield return (protocol.Name(), Describe(protocol));
        }

        foreach (Cell cell in cells.DistinctBy(cell => cell.Server))
        {
            yield return (CellLabel.ServerInWords(settings, cell), Describe(cell.Server));
        }

        if (cells.Any(cell => cell.Phase == RequestPhase.IdleClose))
        {
            yield return (CellLabel.PhaseInWords(RequestPhase.IdleClose),
                "Nobody leaves here. Each request has a connection of its own, which the client closes when it has the answer and nothing is under way.");
        }
    }

    private static string Describe(WireProtocol protocol) => protocol switch
    {
        WireProtocol.Http => "HTTP/1.1. A connection carries one request at a time, so that a request can only be cut short together with its connection.",
        WireProtocol.Https => "HTTP/1.1 over TLS, which encrypts it. To open a connection then takes longer, and more work on both sides.",
        _ => "HTTP/2 over TLS. Many requests share a connection, each as a stream, and a stream can be reset (RST_STREAM) while the connection stays.",
    };

    private static string Describe(ServerKind? server) => server switch
    {
        ServerKind.Blind => "It does not look at its connection while it works, as many do not, and answers to a client that has left: there the RSTs are drawn.",
        ServerKind.Kestrel => "The web server of .NET. It takes the client's FIN as a sign to stop working.",
        _ => "The server that was asked. If it answers although its client has left, RSTs are drawn; it may also take the client's FIN as a sign to stop working.",
    };

    private static string Describe(CompareStrategy strategy) => strategy switch
    {
        CompareStrategy.Abort => "A plain HttpClient. It closes the connection at once, and when the answer arrives at the closed socket the system replies with RST.",
        CompareStrategy.Close => "GracefulHttp tells the server with a FIN that nobody waits any more, and reads what still comes until the server has closed as well.",
        CompareStrategy.Retry => "The caller does not give up: it asks once more, which here is answered quickly, and takes what comes first. The other request is drained.",
        _ => "GracefulHttp lets the server finish, reads the answer in the background and throws it away. The connection is used again.",
    };

    private static XElement Paragraph(string text) => new("p", text);
}
