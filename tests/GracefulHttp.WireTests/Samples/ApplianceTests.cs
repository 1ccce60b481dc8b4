using System.Globalization;
using System.Text.RegularExpressions;
using GracefulHttp.TestKit.Networks;

namespace GracefulHttp.WireTests.Samples;

public sealed partial class ApplianceTests
{
    [Fact]
    public async Task Appliance_Run_BlocksThePlainClientAndNoOther()
    {
        Assert.SkipUnless(NetworkNamespace.IsAvailable(out string whyNot) && ResetCountingFirewall.IsAvailable(out whyNot), whyNot);

        string output = await Shell.RunAsync(Repository.Root, "dotnet", Sample.PathOf("Appliance"));

        MatchCollection scenes = Scenes().Matches(output);
        scenes.Count.ShouldBe(3, output);
        scenes.Select(scene => scene.Groups["client"].Value).ShouldBe(
            ["HttpClient", "HttpClient + GracefulHttpHandler", "HttpClient + GracefulHttpHandler, Strategy = Close"]);
        scenes.ShouldAllBe(scene => Count(scene, "abandoned") > ResetCountingFirewall.ResetsPerMinute, output);
        scenes.Select(scene => scene.Groups["blocked"].Success).ShouldBe([true, false, false], output);
        scenes.Select(scene => Count(scene, "answered")).ShouldBe([0, 10, 10], output);
        Count(scenes[0], "resets").ShouldBeGreaterThan(ResetCountingFirewall.ResetsPerMinute, output);
        scenes.Skip(1).Select(scene => Count(scene, "resets")).ShouldBe([0, 0], output);
    }

    private static int Count(Match line, string what) => int.Parse(line.Groups[what].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("""
        ^(?<client>HttpClient.*)
        (?<blocked> .* the firewall blocks .*
        )? +(?<abandoned>\d+) attempts timed out in the storm
         +(?<answered>\d+) of 10 calls after the storm were answered
         +(?<resets>\d+) resets
        """, RegexOptions.Multiline)]
    private static partial Regex Scenes();
}
