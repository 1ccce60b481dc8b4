using System.Net;

namespace GracefulHttp.StressTests.Storm;

/// <summary>The content of a request, in pieces; in the middle of it its caller may leave.</summary>
internal sealed class PatternContent(Plan plan, Action leave) : HttpContent
{
    private const int PieceSize = 10_000;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] content = Pattern.Create(Pattern.UploadOf(plan.Id), plan.UploadSize);
        bool leaves = plan.Instant == Instant.MidUpload;
        for (int at = 0; at < content.Length; at += PieceSize)
        {
            if (leaves && at >= plan.Measure % content.Length)
            {
                leaves = false;
                leave();
            }

            await stream.WriteAsync(content.AsMemory(at, Math.Min(PieceSize, content.Length - at)), cancellationToken);
        }

        if (leaves)
        {
            leave();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = plan.UploadSize;
        return plan.Call == Call.Post;
    }
}
