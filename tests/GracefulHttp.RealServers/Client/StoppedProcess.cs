using System.Diagnostics;

namespace GracefulHttp.RealServers.Client;

/// <summary>A server's process, which runs on when this is disposed.</summary>
internal sealed class StoppedProcess : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly int _id;

    private StoppedProcess(int id) => _id = id;

    /// <summary>
    /// Completes when each of its threads stands still. One thread takes the signal and then stops the others: on a busy machine
    /// these serve on until it is scheduled, long after kill has returned.
    /// </summary>
    public static async Task<StoppedProcess> StopAsync(int id)
    {
        var process = new StoppedProcess(id);
        process.Signal("STOP");
        long start = TimeProvider.System.GetTimestamp();
        while (!Directory.GetDirectories($"/proc/{id}/task").All(IsStopped))
        {
            if (TimeProvider.System.GetElapsedTime(start) > StopTimeout)
            {
                process.Dispose();
                throw new TimeoutException($"Process {id} has not stopped within {StopTimeout.TotalSeconds:0} s.");
            }

            await Task.Delay(Glance, TimeProvider.System);
        }

        return process;
    }

    public void Dispose() => Signal("CONT");

    private static bool IsStopped(string thread)
    {
        try
        {
            // The state follows the name, which is in brackets and may hold anything (proc_pid_stat(5)).
            string stat = File.ReadAllText($"{thread}/stat");
            return stat[stat.LastIndexOf(')') + 2] == 'T';
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return false;
        }
    }

    private void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{_id}"]);
        kill.WaitForExit();
    }
}
