using GracefulHttp.TestKit.Time;

namespace GracefulHttp.WireTests.Endings;

/// <summary>Where threads are late, reads in flight come back late: a session over connections of ours says its close_notify all the same.</summary>
public sealed class BusyMachineTests : WireTest
{
    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Close_CallerLeaves_EndsInPeace(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        WireClient client = Connect(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, new HurriedTimeProvider());

        await client.AbandonAsync(Held, phase);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }

    /// <summary>A thread that waits in the kernel looks up every 50 ms.</summary>
    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Close_BlockedCallerLeaves_EndsInPeace(Scheme scheme)
    {
        Serve(scheme, Phase.Headers.HeldScript(Held));
        WireClient client = Connect(new GracefulHttpOptions { Strategy = AbandonStrategy.Close }, new HurriedTimeProvider());

        await client.AbandonAsync(
            Held,
            (http, token) => Task.Run(() =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/held");
                using HttpResponseMessage response = http.Send(request, token);
            }, CancellationToken.None),
            Task.CompletedTask);

        await ShouldSendFinAsync();
        await ShouldEndInPeaceAsync(client, scheme);
    }
}
