using System.Net;
using System.Security.Authentication;
using GracefulHttp.TestKit.Servers;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace GracefulHttp.StressTests.Storm;

/// <summary>The same over HTTP/2, as far as Kestrel can be made to misbehave.</summary>
internal sealed class Http2Server : IStressServer
{
    // INTERNAL_ERROR (RFC 9113 §7).
    private const int InternalError = 2;
    private const int Pieces = 8;
    private const int EndlessPiece = 16 * 1024;

    private readonly Ledger _ledger;
    private readonly bool _isSecure;
    private readonly int _maxStreams;
    private KestrelServer _kestrel;

    private Http2Server(Ledger ledger, bool isSecure, int maxStreams, KestrelServer kestrel)
    {
        _ledger = ledger;
        _isSecure = isSecure;
        _maxStreams = maxStreams;
        _kestrel = kestrel;
    }

    public Uri BaseAddress => _kestrel.BaseAddress;

    public static async Task<Http2Server> StartAsync(Ledger ledger, bool isSecure, int maxStreams) =>
        new(ledger, isSecure, maxStreams, await ListenAsync(ledger, isSecure, maxStreams, port: 0));

    public async Task RestartAsync()
    {
        int port = _kestrel.Port;
        await _kestrel.DisposeAsync();
        _kestrel = await ListenAsync(_ledger, _isSecure, _maxStreams, port);
    }

    public ValueTask DisposeAsync() => _kestrel.DisposeAsync();

    private static Task<KestrelServer> ListenAsync(Ledger ledger, bool isSecure, int maxStreams, int port) => KestrelServer.StartAsync(
        context => AnswerAsync(ledger, context),
        isSecure ? SslProtocols.Tls13 : SslProtocols.None,
        http2: true,
        maxStreams: maxStreams,
        port: port);

    private static async Task AnswerAsync(Ledger ledger, HttpContext context)
    {
        if (ledger.Find(context.Request.Path, out bool isHop) is not { } record)
        {
            return;
        }

        string? id = context.Request.Headers[Ledger.IdHeader];

        // Its streams are not one after the other: here the client alone tells when it was written.
        record.See(id, isHop, notBefore: 0);
        HttpResponse response = context.Response;
        response.Headers[Ledger.IdHeader] = record.Id;
        if (record.Plan.Answer == Answer.EarlyError)
        {
            response.StatusCode = (int)HttpStatusCode.RequestEntityTooLarge;
            return;
        }

        if (HttpMethods.IsPost(context.Request.Method) && !await TryReadUploadAsync(record, context))
        {
            return;
        }

        if (isHop)
        {
            await PromptAsync(record, response);
        }
        else
        {
            await AnswerAsync(record, context);
        }
    }

    private static async Task<bool> TryReadUploadAsync(RequestRecord record, HttpContext context)
    {
        using var content = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(content);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The client has reset the stream.
            return false;
        }

        record.NoteUploaded(content.GetBuffer().AsSpan(0, (int)content.Length));
        return true;
    }

    private static async Task AnswerAsync(RequestRecord record, HttpContext context)
    {
        Plan plan = record.Plan;
        HttpResponse response = context.Response;
        switch (plan.Answer)
        {
            case Answer.NoContent:
                response.StatusCode = (int)HttpStatusCode.NoContent;
                break;

            case Answer.Late:
                await AnyMoment.LeftAsync(record);
                await PromptAsync(record, response);
                break;

            case Answer.Redirect:
                await AnyMoment.LeftAsync(record);
                record.NoteRedirected();
                response.Redirect($"/{record.Id}/hop");
                break;

            case Answer.Chunked:
                await WritePiecesAsync(plan, context, pause: false);
                break;

            case Answer.Drip:
                await WritePiecesAsync(plan, context, pause: true);
                break;

            case Answer.Endless:
                await WriteEndlesslyAsync(plan, context);
                break;

            case Answer.Silent:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;

            case Answer.Reset:
                await BeginAsync(plan, response);
                context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(InternalError);
                break;

            case Answer.Truncate:
                await BeginAsync(plan, response);
                context.Abort();
                break;

            case Answer.GoAway:
                await PromptAsync(record, response);
                context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
                break;

            case Answer.Disconnect:
                record.NoteDropped();
                context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
                break;

            default:
                await PromptAsync(record, response);
                break;
        }
    }

    private static async Task PromptAsync(RequestRecord record, HttpResponse response)
    {
        response.ContentLength = record.Plan.BodySize;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            await response.Body.WriteAsync(Pattern.Create(record.Plan.Id, record.Plan.BodySize));
        }
    }

    private static async Task BeginAsync(Plan plan, HttpResponse response)
    {
        response.ContentLength = plan.BodySize;
        await response.Body.WriteAsync(Pattern.Create(plan.Id, plan.BodySize / 2));
        await response.Body.FlushAsync();
    }

    private static async Task WritePiecesAsync(Plan plan, HttpContext context, bool pause)
    {
        byte[] body = Pattern.Create(plan.Id, plan.BodySize);
        int size = Math.Max(1, body.Length / Pieces);
        for (int at = 0; at < body.Length && !context.RequestAborted.IsCancellationRequested; at += size)
        {
            if (pause)
            {
                await AnyMoment.PassAsync();
            }

            await context.Response.Body.WriteAsync(body.AsMemory(at, Math.Min(size, body.Length - at)));
            await context.Response.Body.FlushAsync();
        }
    }

    private static async Task WriteEndlesslyAsync(Plan plan, HttpContext context)
    {
        for (long at = 0; !context.RequestAborted.IsCancellationRequested; at += EndlessPiece)
        {
            byte[] piece = new byte[EndlessPiece];
            Pattern.Fill(piece, plan.Id, at);
            await context.Response.Body.WriteAsync(piece);
            if (plan.Reading == Reading.Buffered)
            {
                await AnyMoment.PassAsync();
            }
        }
    }
}
