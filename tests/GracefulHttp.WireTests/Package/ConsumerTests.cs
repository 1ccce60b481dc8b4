using GracefulHttp.TestKit.Peers;
using GracefulHttp.WireTests.Connecting;
using GracefulHttp.WireTests.Samples;

namespace GracefulHttp.WireTests.Package;

/// <summary>A new project of somebody else's, with the Quickstart sample and a client of a factory as its code, and the package instead of our sources.</summary>
[Collection(nameof(Packed))]
public sealed class ConsumerTests(PackedLibrary library) : IDisposable
{
    private const string FactoryClient = """
        using System.Runtime.CompilerServices;
        using GracefulHttp;
        using Microsoft.Extensions.Configuration;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Options;

        internal static class FactoryClient
        {
            [ModuleInitializer]
            internal static void Create()
            {
                var configuration = new ConfigurationBuilder()
                    .AddInMemoryCollection([new("Graceful:Strategy", "Close"), new("Graceful:AttemptTimeout", "00:00:03")])
                    .Build();
                var services = new ServiceCollection();
                var section = configuration.GetSection("Graceful");
                services.AddHttpClient("client").AddGracefulHttp(section).AddGracefulRetry(section);
                using var provider = services.BuildServiceProvider();
                using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("client");
                var strategy = provider.GetRequiredService<IOptionsMonitor<GracefulHttpOptions>>().Get("client").Strategy;
                var timeout = provider.GetRequiredService<IOptionsMonitor<GracefulRetryOptions>>().Get("client").AttemptTimeout;
                Console.WriteLine($"factory client: {strategy}, {timeout}, {client.Timeout == Timeout.InfiniteTimeSpan}");
            }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Consumer_OfThePackage_BuildsAndRuns()
    {
        await NewProjectAsync();

        string output = await Shell.RunAsync(_folder.Path, "dotnet", "run", "-c", "Release");

        ShouldHaveRun(output);
        Directory.EnumerateDirectories(Path.Combine(_folder.Path, "packages", "gracefulhttp")).Select(Path.GetFileName).ShouldBe([PackedLibrary.Version]);
    }

    [Theory]
    [InlineData("PublishTrimmed")]
    [InlineData("PublishAot")]
    public async Task Consumer_Published_HasNoWarningOfTheWholeLibraryAndRuns(string publish)
    {
        Assert.SkipUnless(publish != "PublishAot" || ToolProcess.IsAvailable("gcc", out _) || ToolProcess.IsAvailable("clang", out _), "native code is linked by gcc or clang, and neither is installed");
        await NewProjectAsync();

        string output = await PublishAsync(publish);

        output.ShouldNotContain("warning");
        ShouldHaveRun(await Shell.RunAsync(_folder.Path, Path.Combine(_folder.Path, "published", "Consumer")));
    }

    [Fact]
    public async Task Consumer_ThatIsNotFitForTrimming_IsWarnedAndNotPublished()
    {
        await NewProjectAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "Unfit.cs"), "internal static class Unfit { public static System.Type? Find(string name) => System.Type.GetType(name); }");

        (int exitCode, string output) = await TryPublishAsync("PublishTrimmed");

        exitCode.ShouldNotBe(0);
        output.ShouldContain("error IL2057");
    }

    private static void ShouldHaveRun(string output)
    {
        output.ShouldContain("factory client: Close, 00:00:03, True");
        QuickstartOutput.ShouldShowTheDifference(output);
    }

    private async Task<string> PublishAsync(string publish)
    {
        (int exitCode, string output) = await TryPublishAsync(publish);
        exitCode.ShouldBe(0, output);
        return output;
    }

    private Task<(int ExitCode, string Output)> TryPublishAsync(string publish) =>
        Shell.TryAsync(_folder.Path, "dotnet", "publish", "-c", "Release", "--use-current-runtime", $"-p:{publish}=true", "-o", "published");

    /// <summary>
    /// Its packages come from the feed and from wherever this machine has them, into a folder of its own: no package of an earlier
    /// run is used. The whole library is a root, so that what this program does not use is analysed too.
    /// </summary>
    private async Task NewProjectAsync()
    {
        await library.PackAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><add key="packed" value="{library.Feed}" /></packageSources>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
            </configuration>
            """);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="GracefulHttp" Version="{PackedLibrary.Version}" />
                <TrimmerRootAssembly Include="GracefulHttp" />
              </ItemGroup>
            </Project>
            """);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples", "Quickstart"), "*.cs"))
        {
            File.Copy(file, Path.Combine(_folder.Path, Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "FactoryClient.cs"), FactoryClient);
    }
}
