using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using GracefulHttp.TestKit;
using GracefulHttp.TestKit.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace GracefulHttp.WireTests.UsersView;

/// <summary>TLS is the runtime's business: what the user has set up for it holds.</summary>
public sealed class SslOptionsTests
{
    public static TheoryData<ClientMake> Makes => ClientMakes.All;

    [Theory]
    [MemberData(nameof(Makes))]
    public async Task ApplicationProtocols_ServerSpeaksHttp2_IsNegotiated(ClientMake make)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(
            context => context.Response.WriteAsync(context.Request.Protocol), SslProtocols.Tls13, http2: true);
        using HttpClient client = make.NewClient(new SocketsHttpHandler().TrustTestCertificate(), server.BaseAddress);
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower;

        using HttpResponseMessage response = await client.GetAsync("/").WithinAsync();

        response.Version.ShouldBe(HttpVersion.Version20);
        (await response.Content.ReadAsStringAsync()).ShouldBe("HTTP/2");
    }

    [Theory]
    [MemberData(nameof(Makes))]
    public async Task ApplicationProtocols_ServerSpeaksHttp11Only_FallsBack(ClientMake make)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(
            context => context.Response.WriteAsync(context.Request.Protocol), SslProtocols.Tls13);
        using HttpClient client = make.NewClient(new SocketsHttpHandler().TrustTestCertificate(), server.BaseAddress);
        client.DefaultRequestVersion = HttpVersion.Version20;

        (await client.GetStringAsync("/").WithinAsync()).ShouldBe("HTTP/1.1");
    }

    [Theory]
    [MemberData(nameof(Makes))]
    public async Task ClientCertificate_ServerRequiresOne_IsSent(ClientMake make)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(
            context => context.Response.WriteAsync(context.Connection.ClientCertificate!.Thumbprint),
            SslProtocols.Tls12 | SslProtocols.Tls13,
            configureTls: tls =>
            {
                tls.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                tls.AllowAnyClientCertificate();
            });
        SocketsHttpHandler sockets = new SocketsHttpHandler().TrustTestCertificate();
        sockets.SslOptions.ClientCertificates = [TestCertificate.Instance];
        sockets.SslOptions.LocalCertificateSelectionCallback = (_, _, certificates, _, _) => certificates[0];
        using HttpClient client = make.NewClient(sockets, server.BaseAddress);

        (await client.GetStringAsync("/").WithinAsync()).ShouldBe(TestCertificate.Instance.Thumbprint);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task ValidationCallback_OfTheUser_SeesWhatItSeesOfThePlainClient(SslProtocols tls)
    {
        await using KestrelServer server = await KestrelServer.StartAsync(_ => Task.CompletedTask, tls | SslProtocols.Tls12);

        string seen = await ClientMakes.ShouldAgreeAsync(async make =>
        {
            string seen = "";
            var sockets = new SocketsHttpHandler();
            sockets.SslOptions.EnabledSslProtocols = tls;
            sockets.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            {
                var session = (SslStream)sender;
                seen += $"{session.SslProtocol} {session.TargetHostName} {certificate!.Subject} {chain!.ChainElements.Count} {errors}";
                return TestCertificate.IsTrusted(sender, certificate, chain, errors);
            };
            using HttpClient client = make.NewClient(sockets, server.BaseAddress);
            using HttpResponseMessage response = await client.GetAsync("/").WithinAsync();
            return seen;
        });

        seen.ShouldBe($"{tls} 127.0.0.1 CN=localhost 1 {SslPolicyErrors.RemoteCertificateChainErrors}");
    }

    /// <summary>A callback that throws: what it throws reaches the user as it does from the plain client.</summary>
    [Fact]
    public async Task ValidationCallback_Throws_ExceptionIsThePlainClients()
    {
        await using KestrelServer server = await KestrelServer.StartAsync(_ => Task.CompletedTask, SslProtocols.Tls13);

        string failure = await ClientMakes.ShouldAgreeAsync(async make =>
        {
            var sockets = new SocketsHttpHandler();
            sockets.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => throw new InvalidTimeZoneException("of the user's");
            using HttpClient client = make.NewClient(sockets, server.BaseAddress);
            return await Failure.OfAsync(() => client.GetAsync("/").WithinAsync());
        });

        failure.ShouldContain("of the user's");
    }
}
