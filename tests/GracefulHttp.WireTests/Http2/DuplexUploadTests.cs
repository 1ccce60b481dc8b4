using GracefulHttp.TestKit;
using Microsoft.AspNetCore.Http;

namespace GracefulHttp.WireTests.Http2;

/// <summary>
/// An upload that goes on behind its answer, when its caller leaves that answer: ended within the call that leaves it, for the
/// caller may dispose what it uploads as soon as that returns.
/// </summary>
public sealed class DuplexUploadTests : Http2Test
{
    public static MatrixTheoryData<Scheme, AbandonStrategy> SchemesAndStrategies =>
        new(Enum.GetValues<Scheme>(), Enum.GetValues<AbandonStrategy>());

    [Theory]
    [MemberData(nameof(SchemesAndStrategies))]
    public async Task AnyStrategy_ResponseDisposed_UploadHasEndedWhenThatReturns(Scheme scheme, AbandonStrategy strategy)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions { Strategy = strategy }, HeldIn(Phase.ChunkedBody));
        var upload = new DuplexUpload();
        using HttpRequestMessage request = NewRequest(upload);
        HttpResponseMessage response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithinAsync();
        await Held.ArrivedAsync();
        await upload.Held.ArrivedAsync();

        response.Dispose();
        bool hasEnded = upload.Ending.IsCancellationRequested;

        hasEnded.ShouldBeTrue();
        await ShouldResetOneAsync();
    }

    [Theory]
    [MemberData(nameof(SchemesAndStrategies))]
    public async Task AnyStrategy_ReadCancelled_UploadHasEndedWhenThatReturns(Scheme scheme, AbandonStrategy strategy)
    {
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions { Strategy = strategy }, HeldIn(Phase.ChunkedBody));
        var upload = new DuplexUpload();
        using HttpRequestMessage request = NewRequest(upload);
        using HttpResponseMessage response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithinAsync();
        await Held.ArrivedAsync();
        await upload.Held.ArrivedAsync();
        await using Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[10]);
        using var caller = new CancellationTokenSource();
        Task read = body.ReadAsync(new byte[10], caller.Token).AsTask();

        // Its thread is this one, so that no other could have ended the upload behind it.
        caller.Cancel();
        bool hasEnded = upload.Ending.IsCancellationRequested;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WithinAsync());
        hasEnded.ShouldBeTrue();
        await ShouldResetOneAsync();
    }

    [Theory]
    [MemberData(nameof(Cells.Schemes), MemberType = typeof(Cells))]
    public async Task Request_NotAbandoned_UploadGoesOnBehindItsAnswer(Scheme scheme)
    {
        long received = 0;
        WireClient client = await StartAsync(scheme, new GracefulHttpOptions(), async (context, held) =>
        {
            await context.Response.WriteAsync("x");
            await context.Response.Body.FlushAsync();
            await held.ArriveAsync();
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received = body.Length;
        });
        var upload = new DuplexUpload();
        using HttpRequestMessage request = NewRequest(upload);
        using HttpResponseMessage response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithinAsync();
        await upload.Held.ArrivedAsync();

        Held.Release();
        upload.Held.Release();

        (await response.Content.ReadAsStringAsync().WithinAsync()).ShouldBe("x");
        received.ShouldBe(20);
        await ShouldHaveResetAsync(0);
    }

    private static HttpRequestMessage NewRequest(HttpContent upload) => new(HttpMethod.Post, "/held")
    {
        Version = System.Net.HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = upload,
    };

    private async Task ShouldResetOneAsync()
    {
        await Frames.WaitForResetsAsync(1);
        Held.IsReleased.ShouldBeFalse();
        await ShouldHaveResetAsync(1);
    }
}
