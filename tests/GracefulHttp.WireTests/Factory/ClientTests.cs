using GracefulHttp.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace GracefulHttp.WireTests.Factory;

/// <summary>One line in Program.cs: whoever leaves a client of the factory leaves no RST behind, and the opposite without it.</summary>
public sealed class ClientTests : FactoryTest
{
    public static TheoryData<string> Registrations => ["named", "typed", "keyed", "defaults"];

    [Theory]
    [MemberData(nameof(Registrations))]
    public async Task AddGracefulHttp_HoweverTheClientIsMade_DrainsAndUsesTheConnectionAgain(string how)
    {
        Serve(Scheme.HttpsTls13, Phase.Headers.HeldScript(Held));
        Register(how);
        await StartAsync();
        HttpClient client = Resolve(how);

        await AbandonAsync(client);
        Held.Release();
        await Logs.WaitForAsync(static record => record.Id.Name == "RequestEnded");
        (await client.GetStringAsync("/next").WithinAsync()).ShouldBe("ok");
        await Host.StopAsync().WithinAsync();

        Logs.AbandonOutcomes().ShouldBe(["drained"]);
        ConnectionsClosed().ShouldBe(["closed"]);
        Metrics.Sum(GracefulHttpTelemetry.ConnectionsClosing).ShouldBe(0);
        (await Server.Connections.Single().Ended.WithinAsync()).ShouldBe(Scheme.HttpsTls13.PeacefulEnding());
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task AddGracefulHttp_Close_TellsTheServerAtOnceWithoutReset(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        Services.AddHttpClient("client").AddGracefulHttp(static options => options.Strategy = AbandonStrategy.Close);
        await StartAsync();

        await AbandonAsync(CreateClient());
        await Recorder.WaitForAsync(static recorder => recorder.FinsFromClient == 1);
        Held.Release();
        await Host.StopAsync().WithinAsync();

        Logs.AbandonOutcomes().ShouldBe(["closed"]);
        ConnectionsClosed().ShouldBe(["closed"]);
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Cells.SchemesAndPhases), MemberType = typeof(Cells))]
    public async Task Plain_CallerLeaves_SendsReset(Scheme scheme, Phase phase)
    {
        Serve(scheme, phase.HeldScript(Held));
        await StartAsync();

        await AbandonAsync(CreateClient());

        await ShouldResetAsync();
    }

    [Fact]
    public async Task RemoveGracefulHttp_CallerLeaves_SendsResetAndNothingIsCounted()
    {
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        Services.ConfigureHttpClientDefaults(static client => client.AddGracefulHttp());
        Services.AddHttpClient("client").RemoveGracefulHttp();
        await StartAsync();

        await AbandonAsync(CreateClient());

        await ShouldResetAsync();
        ConnectionsClosed().ShouldBeEmpty();
        Logs.AbandonOutcomes().ShouldBeEmpty();
    }

    [Fact]
    public async Task UsersHandlers_AreOutside_AndLeaveAtOnceWithTheCaller()
    {
        var users = new UsersHandler();
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        Services.AddHttpClient("client").AddGracefulHttp().AddHttpMessageHandler(() => users);
        await StartAsync();

        await AbandonAsync(CreateClient());

        users.Seen.ShouldBe([typeof(TaskCanceledException)]);
        Logs.AbandonOutcomes().ShouldBeEmpty();
    }

    [Fact]
    public async Task HttpClientTimeout_RunsOut_KeepsItsShapeAndSendsNoReset()
    {
        Serve(Scheme.Http, Phase.Headers.HeldScript(Held));
        Services.AddHttpClient("client", static http => http.Timeout = TimeSpan.FromMilliseconds(500)).AddGracefulHttp();
        await StartAsync();
        HttpClient client = CreateClient();

        var e = await Assert.ThrowsAsync<TaskCanceledException>(() => client.GetAsync("/held").WithinAsync());

        e.InnerException.ShouldBeOfType<TimeoutException>();
        Held.Release();
        await Host.StopAsync().WithinAsync();
        await Recorder.SettleAsync();
        Recorder.ResetsFromClient.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HandlerIsRotated_WhatTheFactoryDisposes_EndsInPeace(bool graceful)
    {
        Serve(Scheme.HttpsTls13, Phase.Headers.HeldScript(Held));
        IHttpClientBuilder builder = Services.AddHttpClient("client");
        if (graceful)
        {
            builder.AddGracefulHttp();
        }

        await StartAsync();
        await CreateClient().GetStringAsync("/next").WithinAsync();
        var tracked = (DelegatingHandler)Host.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("client");

        // As the factory does when nobody holds the outermost any more, which it looks for every 10 s.
        tracked.InnerHandler!.Dispose();

        if (graceful)
        {
            await Logs.WaitForAsync(static record => record.Id.Name == "ConnectionEnded");
            ConnectionsClosed().ShouldBe(["closed"]);
            await Recorder.SettleAsync();
            Recorder.ResetsFromClient.ShouldBe(0);
        }
        else
        {
            await Recorder.WaitForAsync(static recorder => recorder.ConnectionsResetByClient == 1);
        }
    }

    private void Register(string how)
    {
        switch (how)
        {
            case "typed":
                Services.AddHttpClient<TypedClient>().AddGracefulHttp();
                break;
            case "keyed":
                Services.AddHttpClient("client").AddGracefulHttp().AddAsKeyed();
                break;
            case "defaults":
                Services.ConfigureHttpClientDefaults(static client => client.AddGracefulHttp());
                break;
            default:
                Services.AddHttpClient("client").AddGracefulHttp();
                break;
        }
    }

    private HttpClient Resolve(string how) => how switch
    {
        "typed" => Host.Services.GetRequiredService<TypedClient>().Http,
        "keyed" => Host.Services.CreateScope().ServiceProvider.GetRequiredKeyedService<HttpClient>("client"),
        _ => CreateClient(),
    };

    private sealed class TypedClient(HttpClient http)
    {
        public HttpClient Http => http;
    }

    private sealed class UsersHandler : DelegatingHandler
    {
        public List<Type> Seen { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (Exception e)
            {
                Seen.Add(e.GetType());
                throw;
            }
        }
    }
}
