using GracefulHttp.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace GracefulHttp.Tests.DependencyInjection;

/// <summary>Where the handler comes in a client's chain, and in which clients.</summary>
public sealed class HandlerOrderTests
{
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
}
