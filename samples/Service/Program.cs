using GracefulHttp;
using OpenTelemetry.Metrics;
using Samples;
using Service;

// A backend to call, of the sample's own: two answers in time, then one that comes too late.
using var backend = new SlowServer(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(400));

WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

builder.Services
    .AddHttpClient<PriceClient>(client =>
    {
        client.BaseAddress = backend.Address;
        client.Timeout = TimeSpan.FromMilliseconds(100);
    })
    .AddGracefulHttp(builder.Configuration.GetSection("GracefulHttp"));

builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
    .AddMeter(GracefulHttpTelemetry.Name)
    .AddConsoleExporter());

await using WebApplication app = builder.Build();

app.MapGet("/price/{article}", async Task<IResult> (string article, PriceClient prices, CancellationToken caller) =>
    await prices.FindAsync(article, caller) is { } price ? TypedResults.Text(price) : TypedResults.StatusCode(StatusCodes.Status504GatewayTimeout));

app.Logger.CallsBackend(backend.Address);
await app.RunAsync();
