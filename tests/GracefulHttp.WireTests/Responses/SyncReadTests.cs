using System.Text;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.WireTests.Responses;

/// <summary>Synchronous reads: the same bytes, and a thread that is blocked in one is let go when the response is disposed.</summary>
public sealed class SyncReadTests : WireTest
{
    public static MatrixTheoryData<Scheme, BodyFraming> SchemesAndFramings => new(Enum.GetValues<Scheme>(), Enum.GetValues<BodyFraming>());

    [Theory]
    [MemberData(nameof(SchemesAndFramings))]
    public async Task Read_ToTheEnd_GivesTheWholeBody(Scheme scheme, BodyFraming framing)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, framing, rest: 100_000));
        Held.Release();
        WireClient client = Connect(AbandonStrategy.Drain);

        (await ReadAsync(client, static (body, copy) => body.CopyTo(copy))).ShouldBe(100_010);

        Logs.AbandonOutcomes().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Read_AllOverloads_GiveTheWholeBodyAndReuseTheConnection(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength, rest: 100_000));
        Held.Release();
        WireClient client = Connect(AbandonStrategy.Drain);

        (await ReadAsync(client, ReadByArray)).ShouldBe(100_010);
        (await ReadAsync(client, ReadBySpan)).ShouldBe(100_010);
        (await ReadAsync(client, static (body, copy) => ReadByByte(body, copy, 100_010))).ShouldBe(100_010);

        await ShouldBeUntouchedAsync();
        Logs.AbandonOutcomes().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Dispose_WhileAThreadIsBlockedInARead_LetsItGoAndEndsInPeace(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.ContentLength));
        WireClient client = Connect(AbandonStrategy.Drain);
        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[10]);
        await Held.ArrivedAsync();
        Task<Exception?> reading = RunBlockedAsync(() => body.ReadExactly(new byte[10]));
        await Recorder.SettleAsync();

        response.Dispose();

        (await reading.WithinAsync()).ShouldNotBeNull();
        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    /// <summary>The runtime would drain beside the blocked read, and each would take from the other, to the end and into the next response.</summary>
    [Theory]
    [MemberData(nameof(SchemesAndFramings))]
    public async Task Dispose_WhileAThreadIsBlockedInARead_GivesItNothingThatComesLater(Scheme scheme, BodyFraming framing)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, framing, rest: 100_000));
        WireClient client = Connect(AbandonStrategy.Drain);
        HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[10]);
        await Held.ArrivedAsync();
        Task<Exception?> reading = RunBlockedAsync(() => body.ReadExactly(new byte[10]));
        await Recorder.SettleAsync();

        response.Dispose();
        Held.Release();

        (await reading.WithinAsync()).ShouldNotBeNull();
        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Dispose_AfterSyncReads_IsDrained(Scheme scheme)
    {
        Serve(scheme, FinBlindScripts.StalledBody(Held, BodyFraming.Chunked));
        WireClient client = Connect(AbandonStrategy.Drain);
        using (HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead))
        {
            await using Stream body = await response.Content.ReadAsStreamAsync();
            await Held.ArrivedAsync();
            body.ReadExactly(new byte[10]);
        }

        await ShouldBeUntouchedAsync();
        Held.Release();

        (await client.Http.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
        Logs.AbandonOutcomes().ShouldBe(["drained"]);
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Send_SyncAllTheWay_GivesTheWholeBody(Scheme scheme)
    {
        Serve(scheme, exchange => exchange.RespondAsync(new string('x', 100_000)));
        WireClient client = Connect(AbandonStrategy.Drain);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
        using HttpResponseMessage response = client.Http.Send(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(response.Content.ReadAsStream(), Encoding.ASCII);
#pragma warning disable CA1849 // Synchronous reads are under test.
        reader.ReadToEnd().Length.ShouldBe(100_000);
#pragma warning restore CA1849

        (await client.Http.GetStringAsync("/next")).ShouldBe("ok");
        await ShouldBeUntouchedAsync();
    }

    private static async Task<long> ReadAsync(WireClient client, Action<Stream, Stream> read)
    {
        using HttpResponseMessage response = await client.Http.GetAsync("/held", HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        var copy = new MemoryStream();
        (await RunBlockedAsync(() => read(body, copy)).WithinAsync()).ShouldBeNull();
        copy.ToArray().AsSpan().IndexOfAnyExcept((byte)'x').ShouldBe(-1);
        return copy.Length;
    }

    /// <summary>On a thread of its own, so that no pool thread is missing.</summary>
    private static Task<Exception?> RunBlockedAsync(Action action) => Task.Factory.StartNew(
        () => Record.Exception(action), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void ReadByArray(Stream body, Stream copy)
    {
        byte[] buffer = new byte[1000];
        while (body.Read(buffer, 10, 900) is var count and > 0)
        {
            copy.Write(buffer, 10, count);
        }
    }

    private static void ReadBySpan(Stream body, Stream copy)
    {
        Span<byte> buffer = stackalloc byte[1000];
        while (body.Read(buffer) is var count and > 0)
        {
            copy.Write(buffer[..count]);
        }
    }

    private static void ReadByByte(Stream body, Stream copy, int most)
    {
        for (int i = 0; i <= most && body.ReadByte() is var one and >= 0; i++)
        {
            copy.WriteByte((byte)one);
        }
    }
}
