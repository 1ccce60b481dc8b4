namespace GracefulHttp.Background;

/// <summary>One piece of tracked work. It bounds itself; <see cref="BackgroundWork"/> sees its end and its exceptions.</summary>
internal abstract class BackgroundJob : IThreadPoolWorkItem
{
    internal BackgroundWork? Owner { get; set; }

    void IThreadPoolWorkItem.Execute()
    {
        // The one place where a task is not awaited: RunToEndAsync cannot fail and reports to the owner.
        _ = RunToEndAsync();
    }

    protected abstract Task RunAsync();

    private async Task RunToEndAsync()
    {
        Exception? unexpected = null;
        try
        {
            await RunAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            unexpected = e;
        }

        Owner!.Ended(unexpected);
    }
}
