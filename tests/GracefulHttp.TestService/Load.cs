using Microsoft.Extensions.Hosting;

namespace GracefulHttp.TestService;

/// <summary>Calls that run at the same time, each over its own connection, and one connection that has become idle.</summary>
internal sealed class Load(IHttpClientFactory factory, int calls) : BackgroundService
{
    public const string Client = "load";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using HttpClient client = factory.CreateClient(Client);
        var held = new List<Task> { client.GetStringAsync("/held", stoppingToken) };
        await client.GetStringAsync("/next", stoppingToken);
        for (int i = 1; i < calls; i++)
        {
            held.Add(client.GetStringAsync("/held", stoppingToken));
        }

        await client.GetStringAsync("/next", stoppingToken);
        Console.WriteLine("ready");
        await Task.WhenAll(held);
    }
}
