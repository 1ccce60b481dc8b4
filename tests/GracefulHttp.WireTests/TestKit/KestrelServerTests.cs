using System.Net;
using System.Security.Authentication;
using GracefulHttp.TestKit.Servers;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.TestKit;

public sealed class KestrelServerTests
{
    [Theory]
    [InlineData(SslProtocols.None, false, "HTTP/1.1")]
    [InlineData(SslProtocols.Tls12, false, "HTTP/1.1")]
    [InlineData(SslProtocols.Tls13, false, "HTTP/1.1")]
    [InlineData(SslProtocols.Tls13, true, "HTTP/2")]
    [InlineData(SslProtocols.None, true, "HTTP/2")]
    public async Task KestrelServer_EachProtocol_AnswersWithIt(SslProtocols tls, bool http2, string expected)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(
            context => context.Response.WriteAsync(context.Request.Protocol), tls, http2);
        using var client = new HttpClient(new SocketsHttpHandler().TrustTestCertificate())
        {
            BaseAddress = server.BaseAddress,
            DefaultRequestVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        (await client.GetStringAsync("/")).ShouldBe(expected);
    }

    [Fact]
    public async Task KestrelServer_DelegateThrows_IsThrownByDispose()
    {
        KestrelServer server = await KestrelServer.StartAsync(_ => throw new InvalidDataException("a bug in the delegate"));
        using var client = new HttpClient { BaseAddress = server.BaseAddress };
        using HttpResponseMessage response = await client.GetAsync("/");
        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);

        AggregateException e = await Should.ThrowAsync<AggregateException>(async () => await server.DisposeAsync());

        e.InnerException.ShouldBeOfType<InvalidDataException>();
    }
}
