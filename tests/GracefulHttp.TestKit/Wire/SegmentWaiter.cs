namespace GracefulHttp.TestKit.Wire;

/// <summary>Somebody waits for a recorder to have seen something.</summary>
internal sealed class SegmentWaiter(Func<SegmentRecorder, bool> condition)
{
    public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Evaluate(SegmentRecorder recorder)
    {
        try
        {
            if (!Held.Task.IsCompleted && condition(recorder))
            {
                Held.SetResult();
            }
        }
        catch (Exception e)
        {
            // The condition is the test's, and this may be the recording thread: the failure belongs to who waits.
            Held.SetException(e);
        }
    }
}
