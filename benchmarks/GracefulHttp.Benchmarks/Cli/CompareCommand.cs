using System.CommandLine;
using System.CommandLine.Parsing;
using GracefulHttp.Benchmarks.Compare;
using GracefulHttp.Benchmarks.Counting;
using GracefulHttp.Benchmarks.Relay;
using GracefulHttp.Benchmarks.Servers;

namespace GracefulHttp.Benchmarks.Cli;

/// <summary>The options of <c>compare</c>, and what they must be.</summary>
/// <param name="isRun">Whether it is <c>run</c>: the same against <c>serve</c>, which tells its counts.</param>
internal sealed class CompareCommand(bool isRun = false)
{
    /// <summary>What runs in under three minutes.</summary>
    private static readonly (double Seconds, int Rounds, RequestPhase[] Phases) Standard = (0.9, 3, [RequestPhase.Headers, RequestPhase.Body]);

    private static readonly (double Seconds, int Rounds) Full = (3, 7);

    /// <summary>Of requests further apart than a round is long there is only the first; and far below this, timestamps overflow.</summary>
    private const double LeastRate = 0.001;

    private readonly Option<CompareStrategy[]> _strategies = NameOption.CreateList<CompareStrategy>(
        "--strategies", "What becomes of abandoned requests: abort is a plain HttpClient; retry asks once more instead of giving up, and is there "
            + "for requests that wait for headers. [default: abort,close,drain]");

    private readonly Option<WireProtocol[]> _protocols = NameOption.CreateList<WireProtocol>(
        "--protocol", "What is spoken: HTTP/1.1, HTTP/1.1 over TLS, HTTP/2 over TLS (Kestrel only). [default: all]");

    private readonly Option<ServerKind[]> _servers = NameOption.CreateList<ServerKind>(
        "--server", "Embedded servers: blind does not notice that a client has left and answers; kestrel stops working. [default: all]");

    private readonly Option<RequestPhase[]> _phases = NameOption.CreateList<RequestPhase>(
        "--phase", "Where requests are abandoned: waiting for the headers, with half of the body read, with half of their own content sent; "
            + "idle-close instead closes connections that are idle. [default: headers,body]");

    private readonly Option<int> _workers = NumberOption.Create("--workers", "Callers that send one request after the other.", 32, 1, 4096);

    private readonly Option<double> _abandon = NumberOption.Create("--abandon", "Share of the requests that is slow and abandoned.", 0.3, 0.0, 1.0);

    private readonly Option<int> _timeout = NumberOption.Create(
        "--timeout-ms", "How long a caller waits for a slow answer, which comes 100 ms later still.", 20, 1, 60_000 - 100);

    private readonly Option<double> _seconds = NumberOption.Create(
        "--seconds", "Time measured per round, ten round trips where that is more and it is not given; about 0.7 s more of each warm up and let late answers come in.",
        Standard.Seconds, 0.1, 3600);

    private readonly Option<int> _rounds = NumberOption.Create(
        "--rounds", "How often every strategy has its turn in a cell. The table has medians.", Standard.Rounds, 1, 1000);

    private readonly Option<double> _rate = NumberOption.Create(
        "--rate", "Open loop: requests per second, whatever becomes of those before. 0 for the closed loop of --workers.", 0.0, 0, 1_000_000);

    private readonly Option<double> _roundTrip = NumberOption.Create(
        "--rtt-ms", "Round trip between client and server, by a relay before the embedded server.", 0.0, 0, 10_000);

    private readonly Option<double> _bandwidth = NumberOption.Create(
        "--bandwidth", "Mbit/s in each direction, by the same relay. 0 for no limit.", 0.0, 0, 100_000);

    private readonly Option<bool> _full = new("--full")
    {
        Description = "All phases and strategies, and longer, more rounds: over half an hour. What is given by option stays as given.",
    };

    private readonly Option<FileInfo> _json = OutputFile.CreateOption("--json", "Write the results to this file as well.");

    private readonly Option<FileInfo> _html = OutputFile.CreateOption("--html", "Write a page with charts to this file as well.");

    private readonly Option<FileInfo> _markdown = OutputFile.CreateOption("--markdown", "Write a table for READMEs to this file as well.");

    private readonly Option<FileInfo> _svg = OutputFile.CreateOption("--svg", "Write the chart of RSTs against throughput to this file as well.");

    private readonly Option<string> _target = new("--target")
    {
        Description = "Measure against this server instead of the embedded ones. Requests to abandon go to the same URL with "
            + "?delay=MS&phase=headers|body, which it or the backend behind it must obey ('serve' does). Certificates are not checked.",
        HelpName = "URL",
    };

    private readonly Option<string> _slowUrl = new("--slow-url")
    {
        Description = "With --target: a URL or path of that server that answers late, if it does not know ?delay=. "
            + "{ms} and {phase} are replaced.",
        HelpName = "URL",
    };

    private Option[] All =>
    [
        _strategies, _protocols, _servers, _phases, _workers, _abandon, _timeout, _seconds, _rounds, _rate, _roundTrip, _bandwidth, _full,
        _json, _html, _markdown, _svg, _target, _slowUrl,
    ];

    private Option<FileInfo>[] Outputs => [_json, _html, _markdown, _svg];

    /// <summary>Makes <paramref name="command"/> the one that compares.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            // They go with embedded servers, which run has not: it only says so.
            option.Hidden = isRun && (option == _servers || option == _roundTrip || option == _bandwidth);
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, interrupted) =>
        {
            // Not a validator of the parser: those also run when a value could not be read.
            if (WhyInvalid(parsed.CommandResult) is { } why)
            {
                await Console.Error.WriteLineAsync($"error: {why} See --help.");
                return 1;
            }

            CompareSettings compare = Read(parsed.CommandResult);
            if (compare.Target is null)
            {
                // A user's server is not to be found in a network of our own.
                PrivateNetwork.EnterIfPossible([.. Environment.GetCommandLineArgs().Skip(1)]);
            }

            return await CompareSession.RunAsync(compare, interrupted);
        });
    }

    public bool Has(Option option) => All.Contains(option);

    private static bool IsGiven(CommandResult command, Option option) => command.GetResult(option) is { Implicit: false };

    private string? WhyInvalid(CommandResult command)
    {
        string? target = command.GetValue(_target);
        string? slowUrl = command.GetValue(_slowUrl);
        return isRun && target is null ? "run needs --target: the URL that 'serve' printed on the other host."
            : target is null && slowUrl is not null ? "--slow-url only goes with --target."
            : target is not null && IsGiven(command, _servers) ? "--server names an embedded server and does not go with --target."
            : target is not null && (IsGiven(command, _roundTrip) || IsGiven(command, _bandwidth))
                ? "--rtt-ms and --bandwidth go with the embedded servers, and not with --target."
            : IsGiven(command, _workers) && command.GetValue(_rate) > 0 ? "--workers are those of the closed loop and do not go with --rate."
            : command.GetValue(_rate) is > 0 and < LeastRate and var rate
                ? FormattableString.Invariant($"--rate: '{rate}' is neither 0 nor at least {LeastRate}.")
            : target is not null && !IsHttpUrl(target) ? $"--target: '{target}' is not an absolute http:// or https:// URL."
            : target is not null && !IsSlowUrl(target, slowUrl) ? $"--slow-url: '{slowUrl}' is not a URL or a path of --target."
            : Cells(command).Count == 0 ? NothingToCompare(command, target)
            : WhyTooFar(command) is { } tooFar ? tooFar
            : OutputFile.WhyNotApart(Outputs.Select(option => (option.Name, command.GetValue(option))))
                ?? Outputs.Select(option => OutputFile.WhyNotWritable(option.Name, command.GetValue(option))).FirstOrDefault(why => why is not null);
    }

    /// <summary>Why nothing could be measured over such a round trip, although each of the options is within its bounds.</summary>
    private string? WhyTooFar(CommandResult command)
    {
        CompareSettings settings = Read(command);
        double roundTrip = settings.Link.RoundTrip.TotalMilliseconds;
        return settings.SlowDelay > AnswerScript.LongestDelay
            ? FormattableString.Invariant(
                $"--timeout-ms {settings.Timeout.TotalMilliseconds} with --rtt-ms {roundTrip}: slow answers would have to come after {settings.SlowDelay.TotalMilliseconds} ms, and the servers wait {AnswerScript.LongestDelay.TotalMilliseconds} ms at most.")
            : settings.MeasuredTime < settings.Arrival
            ? FormattableString.Invariant(
                $"--seconds {settings.MeasuredTime.TotalSeconds} with --rtt-ms {roundTrip}: a request may take four round trips, and would not be answered in that time.")
            : null;
    }

    private static bool IsHttpUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.Host.Length > 0;

    private static bool IsSlowUrl(string target, string? text) =>
        text is null || (Uri.TryCreate(new Uri(target), text, out Uri? url) && url.Authority == new Uri(target).Authority);

    private string NothingToCompare(CommandResult command, string? target) => AllCells(command).Count > 0
        ? $"--strategies {Names(command.GetValue(_strategies))} with --phase {Names(command.GetValue(_phases))}: only headers are asked for again."
        : target is not null
        ? $"--protocol: {Names(command.GetValue(_protocols))} cannot be spoken with --target {target}."
        : $"--protocol {Names(command.GetValue(_protocols))} with --server {Names(command.GetValue(_servers))}: only kestrel speaks h2.";

    private static string Names<T>(T[]? values)
        where T : struct, Enum => string.Join(',', (values ?? []).Select(EnumNames.Name));

    private CompareSettings Read(CommandResult command) => new()
    {
        Strategies = Strategies(command),
        Cells = Cells(command),
        Workers = command.GetValue(_workers),
        Abandon = command.GetValue(_abandon),
        Timeout = TimeSpan.FromMilliseconds(command.GetValue(_timeout)),
        MeasuredTime = TimeSpan.FromSeconds(Seconds(command)),
        Rounds = Value(command, _rounds, Full.Rounds),
        Rate = command.GetValue(_rate) is > 0 and var rate ? rate : null,
        Link = new LinkSettings(
            TimeSpan.FromMilliseconds(command.GetValue(_roundTrip)), command.GetValue(_bandwidth) is > 0 and var megabits ? megabits * 1e6 : null),
        Json = command.GetValue(_json),
        Html = command.GetValue(_html),
        Markdown = command.GetValue(_markdown),
        Svg = command.GetValue(_svg),
        Target = command.GetValue(_target) is { } target ? new Uri(target) : null,
        IsServed = isRun,
        SlowUrl = command.GetValue(_slowUrl),
    };

    private static T[] Values<T>(CommandResult command, Option<T[]> option)
        where T : struct, Enum => command.GetValue(option) is { Length: > 0 } values ? values : Enum.GetValues<T>();

    private T Value<T>(CommandResult command, Option<T> option, T full) =>
        command.GetValue(_full) && !IsGiven(command, option) ? full : command.GetValue(option)!;

    private double Seconds(CommandResult command)
    {
        double seconds = Value(command, _seconds, Full.Seconds);
        return IsGiven(command, _seconds) ? seconds : Math.Max(seconds, 10 * command.GetValue(_roundTrip) / 1000);
    }

    private CompareStrategy[] Strategies(CommandResult command) =>
        IsGiven(command, _strategies) || command.GetValue(_full) ? Values(command, _strategies) : CompareStrategies.OfGivingUp;

    private List<Cell> Cells(CommandResult command)
    {
        CompareStrategy[] strategies = Strategies(command);
        return [.. AllCells(command).Where(cell => strategies.Any(strategy => strategy.IsFor(cell.Phase)))];
    }

    private List<Cell> AllCells(CommandResult command)
    {
        IEnumerable<RequestPhase> phases = IsGiven(command, _phases) || command.GetValue(_full) ? Values(command, _phases) : Standard.Phases;
        if (command.GetValue(_target) is not { } target)
        {
            return [.. from protocol in Values(command, _protocols)
                       from server in Values(command, _servers)
                       where protocol != WireProtocol.H2 || server == ServerKind.Kestrel
                       from phase in phases
                       select new Cell(protocol, server, phase)];
        }

        // One slow URL that is always the same is late with everything.
        bool oneSlowUrl = command.GetValue(_slowUrl) is { } slow && !slow.Contains("{phase}", StringComparison.Ordinal);
        if (oneSlowUrl && !IsGiven(command, _phases))
        {
            phases = [RequestPhase.Headers];
        }

        bool isTls = new Uri(target).Scheme == Uri.UriSchemeHttps;
        WireProtocol[] protocols = IsGiven(command, _protocols) ? Values(command, _protocols) : [isTls ? WireProtocol.Https : WireProtocol.Http];
        return [.. from protocol in protocols
                   where isTls == (protocol != WireProtocol.Http)
                   from phase in phases
                   select new Cell(protocol, Server: null, phase)];
    }
}
