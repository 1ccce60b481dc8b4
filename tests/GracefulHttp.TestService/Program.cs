using GracefulHttp.TestService;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// A service as its operator sees it: it calls a server until it is told to stop.
// Arguments: the server's address, how many calls run at the same time, "graceful" or "plain", and the hash of
// the certificate that is trusted.
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
IHttpClientBuilder client = builder.Services.AddHttpClient(Load.Client, http => http.BaseAddress = new Uri(args[0]))
    .UseSocketsHttpHandler((sockets, _) => sockets.SslOptions.RemoteCertificateValidationCallback =
        (_, certificate, _, _) => certificate?.GetCertHashString() == args[3]);
if (args[2] == "graceful")
{
    client.AddGracefulHttp();
}

builder.Services.AddHostedService(services => new Load(services.GetRequiredService<IHttpClientFactory>(), int.Parse(args[1])));
await builder.Build().RunAsync();
