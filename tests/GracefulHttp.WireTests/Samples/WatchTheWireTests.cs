using GracefulHttp.TestKit.Wire;

namespace GracefulHttp.WireTests.Samples;

public sealed class WatchTheWireTests
{
    private const int NoPermission = 77;

    [Fact]
    public async Task WatchTheWire_Run_ShowsTheFlagsOfEachStrategy()
    {
        Assert.SkipUnless(SegmentRecorder.IsAvailable(out string whyNot), whyNot);

        string output = await Shell.RunAsync(Repository.Root, "dotnet", Sample.PathOf("WatchTheWire"));

        string[] answered = ["> SYN", "< SYN ACK", "> PSH ACK", "< PSH ACK", "> FIN ACK", "< FIN ACK"];
        string[] sections = output.TrimEnd().Split("\n\n");
        sections.Length.ShouldBe(3, output);
        ShouldShow(sections[0], "Abort", "RST: 1, connections: 2", ["> SYN", "< SYN ACK", "> PSH ACK", "> FIN ACK", "< PSH ACK", "> RST"], answered);
        ShouldShow(sections[1], "Close", "RST: 0, connections: 2", ["> SYN", "< SYN ACK", "> PSH ACK", "> FIN ACK", "< PSH ACK", "< FIN ACK"], answered);
        ShouldShow(sections[2], "Drain", "RST: 0, connections: 1", ["> SYN", "< SYN ACK", "> PSH ACK", "< PSH ACK", "> PSH ACK", "< PSH ACK", "> FIN ACK", "< FIN ACK"]);
    }

    [Fact]
    public async Task WatchTheWire_WithoutTheRightToARawSocket_SaysSoAndExitsWithItsOwnCode()
    {
        string sample = Sample.PathOf("WatchTheWire");

        // Root, but without that right. Where this process has none either, there is nothing to take away.
        (int exitCode, string output) = SegmentRecorder.IsAvailable(out _)
            ? await Shell.TryAsync(Repository.Root, "setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", "dotnet", sample)
            : await Shell.TryAsync(Repository.Root, "dotnet", sample);

        exitCode.ShouldBe(NoPermission, output);
        output.ShouldStartWith("Cannot watch the wire: recording segments needs a ");
        output.TrimEnd().Split('\n').Length.ShouldBe(1, output);
    }

    private static void ShouldShow(string section, string strategy, string counts, params string[][] connections)
    {
        string[] lines = section.Split('\n', StringSplitOptions.TrimEntries);
        lines[0].ShouldStartWith($"{strategy}: ");
        lines[^1].ShouldBe(counts, section);

        // "client:port > server  flags  payload": each connection by itself, for two of them may overlap.
        lines[1..^1].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .GroupBy(words => words[0], words => $"{words[1]} {string.Join(' ', words[3..].TakeWhile(word => char.IsAsciiLetterUpper(word[0])))}")
            .Select(connection => connection.ToArray())
            .ShouldBe(connections, section);
    }
}
