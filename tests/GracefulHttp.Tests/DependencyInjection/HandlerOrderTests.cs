using GracefulHttp.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>Where the handler comes in a client's chain, and in which clients.</summary>
public sealed class HandlerOrderTests
{
    private const string Name = "client";

    private readonly ServiceCollection _services = [];

    [Fact]
    public void AddGracefulHttp_BeforeTheUsersHandlers_IsInnermost()
    {
        _services.AddHttpClient("client").AddGracefulHttp().AddHttpMessageHandler(static () => new UsersHandler());

        Chain("client").ShouldBe([nameof(UsersHandler), nameof(GracefulHttpHandler)]);
    }

    [Fact]
    public void AddGracefulHttp_AfterTheUsersHandlers_IsInnermost()
    {
        _services.AddHttpClient("client").AddHttpMessageHandler(static () => new UsersHandler()).AddGracefulHttp();

        Chain("client").ShouldBe([nameof(UsersHandler), nameof(GracefulHttpHandler)]);
    }

    [Fact]
    public void AddGracefulHttp_Twice_IsAddedOnce()
    {
        _services.ConfigureHttpClientDefaults(static client => client.AddGracefulHttp());
        _services.AddHttpClient("client").AddGracefulHttp().AddGracefulHttp();

        Chain("client").ShouldBe([nameof(GracefulHttpHandler)]);
    }

    [Fact]
    public void AddGracefulHttp_InOneClient_IsNotInAnother()
    {
        _services.AddHttpClient("client").AddGracefulHttp();

        Chain("other").ShouldBeEmpty();
    }

    [Fact]
    public void AddGracefulHttp_InTheDefaults_IsInEveryClient()
    {
        _services.ConfigureHttpClientDefaults(static client => client.AddGracefulHttp());

        Chain("any").ShouldBe([nameof(GracefulHttpHandler)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RemoveGracefulHttp_OfOneClient_LeavesItInTheOthers(bool removesFirst)
    {
        if (removesFirst)
        {
            _services.AddHttpClient("client").RemoveGracefulHttp();
        }

        _services.ConfigureHttpClientDefaults(static client => client.AddGracefulHttp());
        if (!removesFirst)
        {
            _services.AddHttpClient("client").RemoveGracefulHttp();
        }

        Chain("client").ShouldBeEmpty();
        Chain("other").ShouldBe([nameof(GracefulHttpHandler)]);
    }

    [Fact]
    public void AddGracefulHttp_UsersPrimaryHandler_IsKept()
    {
        using var primary = new StubHandler(static _ => new HttpResponseMessage());
        _services.AddHttpClient("client").AddGracefulHttp().ConfigurePrimaryHttpMessageHandler(() => primary);

        Handlers("client").Last().ShouldBe(primary);
    }

    public static TheoryData<string, Action<IServiceCollection>> Registrations() => new()
    {
        { "named", static services => services.AddHttpClient(Name).AddGracefulHttp() },
        { "typed", static services => services.AddHttpClient<TypedClient>(Name).AddGracefulHttp() },
        { "keyed", static services => services.AddHttpClient(Name).AddAsKeyed().AddGracefulHttp() },
        { "defaults", static services => services.ConfigureHttpClientDefaults(static client => client.AddGracefulHttp()) },
        { "defaults, again by name", static services => services.ConfigureHttpClientDefaults(static client => client.AddGracefulHttp()).AddHttpClient(Name).AddGracefulHttp() },
        { "UseSocketsHttpHandler before", static services => services.AddHttpClient(Name).UseSocketsHttpHandler().AddGracefulHttp() },
        { "UseSocketsHttpHandler after", static services => services.AddHttpClient(Name).AddGracefulHttp().UseSocketsHttpHandler() },
        { "primary before", static services => services.AddHttpClient(Name).ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler()).AddGracefulHttp() },
        { "primary after", static services => services.AddHttpClient(Name).AddGracefulHttp().ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler()) },
        { "additional handlers rearranged", static services => services.AddHttpClient(Name).AddGracefulHttp().ConfigureAdditionalHttpMessageHandlers(static (handlers, _) => handlers.Clear()) },
    };

    [Theory]
    [MemberData(nameof(Registrations))]
    public void AddGracefulHttp_HoweverTheClientIsMade_IsInnermostAboveTheSocketsHttpHandler(string how, Action<IServiceCollection> register)
    {
        register(_services);
        _services.AddHttpClient(Name).AddHttpMessageHandler(static () => new UsersHandler());

        Chain(Name).ShouldBe([nameof(UsersHandler), nameof(GracefulHttpHandler)], how);
        Handlers(Name).Last().ShouldBeOfType<SocketsHttpHandler>(how);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AddGracefulHttp_UserHasPutOneInHimself_IsNotAddedAgain(bool asPrimary)
    {
        using var own = new GracefulHttpHandler();
        IHttpClientBuilder client = _services.AddHttpClient(Name).AddGracefulHttp();
        if (asPrimary)
        {
            client.ConfigurePrimaryHttpMessageHandler(() => new UsersHandler { InnerHandler = own });
        }
        else
        {
            client.AddHttpMessageHandler(() => own);
        }

        Handlers(Name).OfType<GracefulHttpHandler>().ShouldBe([own]);
    }

    [Fact]
    public void RemoveGracefulHttp_ThenAddedAgain_IsThere()
    {
        _services.AddHttpClient(Name).AddGracefulHttp().RemoveGracefulHttp().AddGracefulHttp();

        Chain(Name).ShouldBe([nameof(GracefulHttpHandler)]);
    }

    [Fact]
    public void RemoveGracefulHttp_InTheDefaults_LeavesThoseThatWereAddedByName()
    {
        _services.AddHttpClient(Name).AddGracefulHttp();
        _services.ConfigureHttpClientDefaults(static client => client.AddGracefulHttp().RemoveGracefulHttp());

        Chain(Name).ShouldBe([nameof(GracefulHttpHandler)]);
        Chain("other").ShouldBeEmpty();
    }

    [Fact]
    public void RemoveGracefulHttp_NothingWasAdded_ChangesNothing()
    {
        _services.AddHttpClient(Name).RemoveGracefulHttp();

        Chain(Name).ShouldBeEmpty();
    }

    [Fact]
    public void AddGracefulHttp_NullArguments_Throw()
    {
        IHttpClientBuilder client = _services.AddHttpClient(Name);

        Should.Throw<ArgumentNullException>(() => ((IHttpClientBuilder)null!).AddGracefulHttp()).ParamName.ShouldBe("builder");
        Should.Throw<ArgumentNullException>(() => ((IHttpClientBuilder)null!).RemoveGracefulHttp()).ParamName.ShouldBe("builder");
        Should.Throw<ArgumentNullException>(() => client.AddGracefulHttp((Action<GracefulHttpOptions>)null!)).ParamName.ShouldBe("configure");
        Should.Throw<ArgumentNullException>(() => client.AddGracefulHttp((IConfigurationSection)null!)).ParamName.ShouldBe("section");
    }

    private string[] Chain(string name) =>
        [.. Handlers(name).Where(static handler => handler is UsersHandler or GracefulHttpHandler).Select(static handler => handler.GetType().Name)];

    private List<HttpMessageHandler> Handlers(string name)
    {
        using ServiceProvider provider = _services.BuildServiceProvider();
        var handlers = new List<HttpMessageHandler>();
        HttpMessageHandler? handler = provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name);
        while (handler is not null)
        {
            handlers.Add(handler);
            handler = (handler as DelegatingHandler)?.InnerHandler;
        }

        return handlers;
    }

    private sealed class UsersHandler : DelegatingHandler;

    private sealed class TypedClient(HttpClient client)
    {
        public HttpClient Client => client;
    }
}
