using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using GracefulHttp.StressTests.Fuzz;
using GracefulHttp.StressTests.Storm;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.StressTests;

/// <summary>
/// Malformed and truncated answers: what the plain client makes of them, ours does, be it a body or an exception; and where their
/// caller leaves in the middle, nothing is left of them.
/// </summary>
/// <remarks>
/// <c>GRACEFULHTTP_FUZZ_SEED</c> replays a run, with <c>GRACEFULHTTP_FUZZ_CASE</c> one case of it; <c>GRACEFULHTTP_FUZZ_CASES</c> asks
/// for more.
/// </remarks>
public sealed class FuzzTests
{
    private const int DefaultSeed = 2014;
    private const int Cases = 2_000;
    private const int Workers = 8;

    // What the plain client itself makes of a broken connection may depend on who is quicker. So it is asked again.
    private const int MostAttempts = 50;

    private readonly int _seed = (int)(Setting("SEED") ?? DefaultSeed);
    private readonly ConcurrentDictionary<string, int> _seen = new();

    [Theory]
    [InlineData(Protocol.Http)]
    [InlineData(Protocol.Https)]
    [InlineData(Protocol.Http2Clear)]
    internal Task MalformedAnswer_ReadToItsEnd_IsWhatThePlainClientMakesOfIt(Protocol protocol) => ForEachAsync(protocol, ["answered", "failed"], async (server, number) =>
    {
        Reading reading = Enum.GetValues<Reading>()[number % Enum.GetValues<Reading>().Length];
        using var token = new CancellationTokenSource();
        Outcome ours = await OursAsync(server.Address, protocol, reading, token.Token);
        var plain = new HashSet<Outcome>();
        for (int i = 0; i < MostAttempts && !plain.Any(ours.IsLike); i++)
        {
            using HttpClient client = new(NewSockets(reading));
            plain.Add(await Outcome.OfAsync(client, server.Address, protocol, reading, token.Token).WithinAsync());
        }

        _seen[ours.Failure.Length > 0 ? "failed" : "answered"] = number;
        plain.Any(ours.IsLike).ShouldBeTrue($"the plain client:\n{string.Join('\n', plain)}\nours:\n{ours}");
    });

    [Theory]
    [InlineData(Protocol.Http)]
    [InlineData(Protocol.Https)]
    [InlineData(Protocol.Http2Clear)]
    internal Task MalformedAnswer_LeftInTheMiddle_LeavesNothing(Protocol protocol) => ForEachAsync(protocol, ["answered", "left"], async (server, number) =>
    {
        Random random = Seeds.For(_seed, number, 1);
        var held = new SyncPoint();
        server.Hold = (held, random.Next(server.Answer.Length + 1));
        var options = new GracefulHttpOptions
        {
            Strategy = random.Pick(Enum.GetValues<AbandonStrategy>()),
            MaxDrainSize = random.Pick([0, 200, 100_000]),
            LingerTimeout = TimeSpan.FromSeconds(5),
        };
        using var log = new StressLog();
        Reading reading = random.Pick([Reading.Buffered, Reading.Streamed, Reading.Copied]);
        using GracefulHttpHandler handler = new(options, NewSockets(reading)) { LoggerFactory = log };
        using HttpClient client = new(handler);
        using var caller = new CancellationTokenSource();
        Task<Outcome> calling = Outcome.OfAsync(client, server.Address, protocol, reading, caller.Token);
        await held.ArrivedAsync();
        await caller.CancelAsync();
        try
        {
            await calling.WithinAsync();

            // The first half was enough.
            _seen["answered"] = number;
        }
        catch (OperationCanceledException e) when (e.CancellationToken == caller.Token)
        {
            _seen["left"] = number;
        }

        held.Release();
        await handler.WaitForIdleAsync().WithinAsync();
        log.Failures.ShouldBeEmpty();
        server.Hold = null;
    });

    private static async Task<Outcome> OursAsync(Uri address, Protocol protocol, Reading reading, CancellationToken token)
    {
        using var log = new StressLog();
        using GracefulHttpHandler handler = new(new GracefulHttpOptions(), NewSockets(reading)) { LoggerFactory = log };
        Outcome outcome;
        using (HttpClient client = new(handler))
        {
            outcome = await Outcome.OfAsync(client, address, protocol, reading, token).WithinAsync();
        }

        await handler.WaitForIdleAsync(token).WithinAsync();
        log.Failures.ShouldBeEmpty();
        return outcome;
    }

    private static SocketsHttpHandler NewSockets(Reading reading) => new SocketsHttpHandler
    {
        // Where both the compression and what carries it are malformed, the runtime's copy and its read differ in which they see
        // first, and we copy by reading.
        AutomaticDecompression = reading is Reading.Buffered or Reading.Copied ? DecompressionMethods.None : DecompressionMethods.All,
        MaxAutomaticRedirections = 2,
        UseProxy = false,
    }.TrustTestCertificate();

    private static long? Setting(string name) =>
        Environment.GetEnvironmentVariable($"GRACEFULHTTP_FUZZ_{name}") is { Length: > 0 } value ? long.Parse(value, CultureInfo.InvariantCulture) : null;

    private async Task ForEachAsync(Protocol protocol, string[] mustBeSeen, Func<AnswerServer, int, Task> run)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"GRACEFULHTTP_FUZZ_SEED={_seed}");
        IReadOnlyList<byte[]> valid = protocol == Protocol.Http2Clear ? ValidAnswers.Http2 : ValidAnswers.Http1;
        int next = (int)(Setting("CASE") ?? 0) - 1;
        long end = Setting("CASE") + 1 ?? Setting("CASES") ?? Cases;
        int socketsBefore = OpenDescriptors.Sockets();
        using var unobserved = new UnobservedExceptions();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            await using var server = new AnswerServer(protocol);
            while (Interlocked.Increment(ref next) is int number && number < end)
            {
                server.Answer = Mutation.Of(_seed, number, valid);
                try
                {
                    await run(server, number);
                }
                catch (Exception e)
                {
                    Interlocked.Add(ref next, (int)end);
                    throw new InvalidOperationException(
                        $"GRACEFULHTTP_FUZZ_SEED={_seed} GRACEFULHTTP_FUZZ_CASE={number}: {System.Text.Encoding.Latin1.GetString(server.Answer)}", e);
                }
            }

            await Until.HoldsAsync(() => KernelSocketTable.OpenSockets(server.Address.Port) == 0, "no open socket of the clients");
        })));
        await Until.HoldsAsync(() => OpenDescriptors.Sockets() <= socketsBefore, "as many sockets as before");
        Heap.CollectGarbage();
        unobserved.Seen.ShouldBeEmpty();
        if (Setting("CASE") is null)
        {
            _seen.Keys.ShouldBe(mustBeSeen, ignoreOrder: true);
        }
    }
}
