namespace GracefulHttp.WireTests.Samples;

public sealed class QuickstartTests
{
    [Fact]
    public async Task Quickstart_Run_ShowsResetsBeforeAndNoneAfter() =>
        QuickstartOutput.ShouldShowTheDifference(await Shell.RunAsync(Repository.Root, "dotnet", Sample.PathOf("Quickstart")));
}
