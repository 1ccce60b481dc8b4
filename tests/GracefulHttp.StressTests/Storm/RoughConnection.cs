using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using GracefulHttp.TestKit.Servers;

namespace GracefulHttp.StressTests.Storm;

/// <summary>One connection of a <see cref="RoughServer"/>: requests and their answers, then the wait for the client's FIN.</summary>
internal sealed class RoughConnection(Ledger ledger, Socket socket)
{
    private volatile RequestRecord? _current;

    /// <summary>What a read or a write ends with whose connection is gone.</summary>
    public static bool IsPeerGone(Exception e) => e is IOException or SocketException or ObjectDisposedException or AuthenticationException;

    /// <summary>RST. Any time, from anywhere.</summary>
    public void Reset()
    {
        _current?.NoteDropped();
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (IsPeerGone(e))
        {
            return;
        }

        socket.Dispose();
    }

    public async Task ServeAsync(Stream stream, long notBefore)
    {
        var reader = new Http1RequestReader(stream);
        bool goesOn = true;
        while (goesOn && await reader.ReadAsync(HeadAsync, CancellationToken.None) is { } request && goesOn)
        {
            await AnswerAsync(request);
        }

        if (!goesOn)
        {
            await EndAsync(stream);
        }

        byte[] rest = new byte[4096];
        while (await stream.ReadAsync(rest) > 0)
        {
        }

        async Task HeadAsync(FinBlindRequest head)
        {
            if (ledger.Find(head.Target, out bool isHop) is not { } record)
            {
                return;
            }

            record.See(head.Headers.GetValueOrDefault(Ledger.IdHeader), isHop, notBefore);
            _current = record;
            if (record.Plan.Answer == Answer.EarlyError)
            {
                await new RoughAnswer(record, stream, isHead: false).EarlyErrorAsync();
                goesOn = false;
            }
        }

        async Task AnswerAsync(FinBlindRequest request)
        {
            if (ledger.Find(request.Target, out bool isHop) is not { } record)
            {
                return;
            }

            if (request.Method == "POST")
            {
                record.NoteUploaded(request.Body.Span);
            }

            var answer = new RoughAnswer(record, stream, request.Method == "HEAD");
            if (record.Plan.Answer == Answer.Reset)
            {
                await answer.BeginAsync();
                Reset();
            }

            goesOn = isHop ? await answer.PromptAsync() : await answer.WriteAsync();
            notBefore = answer.EndingAt;
        }
    }

    private async Task EndAsync(Stream stream)
    {
        _current?.NoteDropped();
        if (stream is SslStream tls)
        {
            await tls.ShutdownAsync();
        }

        socket.Shutdown(SocketShutdown.Send);
    }
}
