using System.Globalization;
using System.Reflection;

namespace GracefulHttp.WireTests.Samples;

public sealed class SampleTests
{
    [Fact]
    public async Task Quickstart_Run_ShowsResetsBeforeAndNoneAfter()
    {
        QuickstartOutput.ShouldShowTheDifference(await RunAsync("Quickstart"));
    }

    private static Task<string> RunAsync(string sample)
    {
        string pattern = typeof(SampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(m => m.Key == "Samples").Value!;
        return Shell.RunAsync(Repository.Root, "dotnet", string.Format(CultureInfo.InvariantCulture, pattern, sample));
    }
}
