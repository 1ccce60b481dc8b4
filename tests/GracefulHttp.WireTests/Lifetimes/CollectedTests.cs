using System.Runtime.CompilerServices;
using GracefulHttp.TestKit;
using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Lifetimes;

/// <summary>
/// What belongs to the caller is free for the garbage collector once the caller has left: its token source at once, its
/// message and its execution context when the drain has ended, however long the client and its connections live.
/// </summary>
public sealed class CollectedTests : CarrierTest
{
    private static readonly AsyncLocal<object?> Ambient = new();

    private static readonly HttpRequestOptionsKey<object> Option = new("Test");

    // A few rounds, for what is held by a stack that is just being left.
    private const int Rounds = 20;

    public static MatrixTheoryData<Carrier, bool> CarriersAndPhases => new(Enum.GetValues<Carrier>(), [true, false]);

    [Theory]
    [MemberData(nameof(CarriersAndPhases))]
    public async Task Drain_StillHeld_CallersTokenSourceIsFree(Carrier carrier, bool inTheBody)
    {
        WireClient client = await ServeAsync(carrier, inTheBody);
        Leftovers left = await LeaveAsync(client, inTheBody);

        await ShouldBeFreeAsync(left.TokenSource);

        client.Graceful!.WaitForIdleAsync().IsCompleted.ShouldBeFalse();
        Held.Release();
    }

    [Theory]
    [MemberData(nameof(CarriersAndPhases))]
    public async Task Drain_Ended_NothingOfTheCallersIsKept(Carrier carrier, bool inTheBody)
    {
        WireClient client = await ServeAsync(carrier, inTheBody);
        Leftovers left = await LeaveAsync(client, inTheBody);
        Held.Release();
        await client.WaitForIdleAsync();

        await ShouldBeFreeAsync(left.TokenSource);
        await ShouldBeFreeAsync(left.Message);
        await ShouldBeFreeAsync(left.OptionValue);
        await ShouldBeFreeAsync(left.AmbientValue);

        Recorder.ConnectionsOpened.ShouldBe(1);
        Recorder.FinsFromClient.ShouldBe(0);
    }

    private async Task<WireClient> ServeAsync(Carrier carrier, bool inTheBody)
    {
        await ServeAsync(carrier, async exchange =>
        {
            if (exchange.Path == "/first")
            {
                await exchange.AnswerAsync();
            }
            else if (inTheBody)
            {
                await exchange.AnswerStalledAsync(Held);
            }
            else
            {
                await Held.ArriveAsync();
                await exchange.AnswerAsync();
            }
        });
        WireClient client = Connect(options: new GracefulHttpOptions { DrainTimeout = TimeSpan.FromHours(1) });

        // The connection, which lives on, is not made in the context of the caller who is to be forgotten.
        await client.Http.GetStringAsync("/first").WithinAsync();
        return client;
    }

    /// <summary>Everything that is looked for lives in here only.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<Leftovers> LeaveAsync(WireClient client, bool inTheBody)
    {
        var caller = new CancellationTokenSource();
        HttpRequestMessage request = NewRequest("/held");
        object option = new();
        object ambient = new();
        request.Options.Set(Option, option);
        Ambient.Value = ambient;
        using var invoker = new HttpMessageInvoker(client.Graceful!, disposeHandler: false);
        if (inTheBody)
        {
            using HttpResponseMessage response = await invoker.SendAsync(request, caller.Token).WithinAsync();
            await using Stream body = await response.Content.ReadAsStreamAsync(caller.Token);
            await body.ReadExactlyAsync(new byte[10], caller.Token).AsTask().WithinAsync();
            await CancelAsync(body.ReadAsync(new byte[10], caller.Token).AsTask());
        }
        else
        {
            await CancelAsync(invoker.SendAsync(request, caller.Token));
        }

        Ambient.Value = null;
        return new Leftovers(new(caller), new(request), new(option), new(ambient));

        async Task CancelAsync(Task call)
        {
            await Held.ArrivedAsync();
            await Recorder.SettleAsync();
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithinAsync());
        }
    }

    private async Task ShouldBeFreeAsync(WeakReference reference, [CallerArgumentExpression(nameof(reference))] string what = "")
    {
        for (int i = 0; i < Rounds && reference.IsAlive; i++)
        {
            await Recorder.SettleAsync();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        reference.IsAlive.ShouldBeFalse(what);
    }

    private sealed record Leftovers(WeakReference TokenSource, WeakReference Message, WeakReference OptionValue, WeakReference AmbientValue);
}
