// The README's example, so that it compiles. ReadmeTests compares the lines between the marks.
// <readme>
using GracefulHttp;

// </readme>
namespace ReadmeExamples;

internal static class ReadmeExample
{
    public static async Task RunAsync()
    {
        // <readme>
        using var handler = new GracefulHttpHandler(new GracefulHttpOptions { DrainTimeout = TimeSpan.FromSeconds(1) });
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromMilliseconds(200) };

        try { Console.WriteLine(await client.GetStringAsync("https://example.com/")); }
        catch (TaskCanceledException) { Console.WriteLine("Too late for us; the connection lives on."); }
        await handler.WaitForIdleAsync();
        // </readme>
    }
}
