using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Abandonment;

public sealed class ResponseHeadersTests
{
    /// <summary>A length in the spelling of its server: asking for its value would write it back in ours.</summary>
    [Theory]
    [InlineData("100 ")]
    [InlineData("0100")]
    [InlineData("100, 100")]
    [InlineData("many")]
    public async Task ContentHeaders_OddLength_AreGivenAsTheyCame(string length)
    {
        using var stub = new StubHandler(_ => Answer(length));
        using var client = new HttpClient(new GracefulHttpHandler(new GracefulHttpOptions(), stub));

        using HttpResponseMessage response = await client.GetAsync("http://test/", HttpCompletionOption.ResponseHeadersRead);

        response.Content.ShouldNotBeOfType<StreamContent>();
        response.Content.Headers.NonValidated["Content-Length"].ToString().ShouldBe(length);
    }

    private static HttpResponseMessage Answer(string length)
    {
        var content = new StreamContent(new MemoryStream(new byte[100]));
        content.Headers.TryAddWithoutValidation("Content-Length", length);
        return new HttpResponseMessage { Content = content };
    }
}
