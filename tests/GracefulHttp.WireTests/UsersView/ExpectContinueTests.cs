using System.Net;
using System.Security.Authentication;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.UsersView;

/// <summary><c>Expect: 100-continue</c>: the body waits for the server's word, and is not sent without.</summary>
public sealed class ExpectContinueTests
{
    public static MatrixTheoryData<ClientMake, SslProtocols> MakesAndTls =>
        new(Enum.GetValues<ClientMake>(), [SslProtocols.None, SslProtocols.Tls12, SslProtocols.Tls13]);

    [Theory]
    [MemberData(nameof(MakesAndTls))]
    public async Task Body_ServerSaysContinue_IsSent(ClientMake make, SslProtocols tls)
    {
        // Kestrel says it when the body is first read.
        await using KestrelServer server = await KestrelServer.StartAsync(
            async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                await context.Response.WriteAsync(await reader.ReadToEndAsync());
            },
            tls);
        using HttpClient client = NewClient(make, server);

        using HttpResponseMessage response = await client.SendAsync(NewRequest(new StringContent("a body"))).WithinAsync();

        (await response.Content.ReadAsStringAsync()).ShouldBe("a body");
    }

    [Theory]
    [MemberData(nameof(MakesAndTls))]
    public async Task Body_ServerRefusesIt_IsNotSent(ClientMake make, SslProtocols tls)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = StatusCodes.Status417ExpectationFailed;
                return Task.CompletedTask;
            },
            tls);
        using HttpClient client = NewClient(make, server);

        // Up to 1024 bytes are sent in any case: that costs less than the connection.
        using var body = new MemoryStream(new byte[2000]);

        using HttpResponseMessage response = await client.SendAsync(NewRequest(new StreamContent(body))).WithinAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.ExpectationFailed);
        body.Position.ShouldBe(0);
    }

    private static HttpClient NewClient(ClientMake make, KestrelServer server)
    {
        SocketsHttpHandler sockets = new SocketsHttpHandler().TrustTestCertificate();

        // By default the body goes out after a second without the server's word.
        sockets.Expect100ContinueTimeout = TimeSpan.FromDays(1);
        return make.NewClient(sockets, server.BaseAddress);
    }

    private static HttpRequestMessage NewRequest(HttpContent body) =>
        new(HttpMethod.Post, "/") { Content = body, Headers = { ExpectContinue = true } };
}
