using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GracefulHttp.TestKit.Wire;

/// <summary>
/// Short connections whose segments tell that everything sent before them has arrived. A loopback segment is queued on
/// the CPU that sent it, in order, so one marker is sent from each CPU; and a marker takes several turns between the two
/// ends, so an answer that the kernel gives to what was queued before (a RST to late data) comes before its last FIN.
/// </summary>
internal sealed class MarkerConnections : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Lock _oneAtATime = new();

    public MarkerConnections()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    public int Port { get; }

    /// <summary>Sends one marker from each CPU. <paramref name="expect"/> learns each client port before its FINs leave.</summary>
    public Task SendAsync(Action<int> expect)
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // A thread of its own: its affinity is changed, and it ends with it.
        var thread = new Thread(() =>
        {
            try
            {
                lock (_oneAtATime)
                {
                    SendFromEveryCpu(expect);
                }

                sent.SetResult();
            }
            catch (Exception e)
            {
                sent.SetException(e);
            }
        }) { IsBackground = true, Name = "segment markers" };
        thread.Start();
        return sent.Task;
    }

    public void Dispose() => _listener.Dispose();

    private void SendFromEveryCpu(Action<int> expect)
    {
        // 1024 CPUs, the size of glibc's cpu_set_t.
        byte[] allowed = new byte[128];
        if (GetAffinity(0, allowed.Length, allowed) != 0)
        {
            SendOne(expect);
            return;
        }

        for (int cpu = 0; cpu < allowed.Length * 8; cpu++)
        {
            byte bit = (byte)(1 << (cpu % 8));
            if ((allowed[cpu / 8] & bit) == 0)
            {
                continue;
            }

            byte[] onlyThis = new byte[allowed.Length];
            onlyThis[cpu / 8] = bit;
            if (SetAffinity(0, onlyThis.Length, onlyThis) == 0)
            {
                SendOne(expect);
            }
        }
    }

    private void SendOne(Action<int> expect)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Loopback, Port);
        expect(((IPEndPoint)client.LocalEndPoint!).Port);
        using Socket server = _listener.Accept();
        client.Shutdown(SocketShutdown.Send);
        server.Shutdown(SocketShutdown.Send);
    }

    // 0 is the calling thread. glibc's names; both return 0 on success.
    [DllImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetAffinity(int thread, nint size, [Out] byte[] mask);

    [DllImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAffinity(int thread, nint size, byte[] mask);
}
