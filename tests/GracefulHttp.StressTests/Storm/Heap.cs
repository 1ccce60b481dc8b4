namespace GracefulHttp.StressTests.Storm;

/// <summary>What is on the heap and not garbage.</summary>
internal static class Heap
{
    // Generations 0, 1 and 2. Not large objects: those are buffers in pools, which keep as many as were ever in use at once.
    private const int Generations = 3;

    /// <summary>Collects what nobody holds any more, finalises it, and tells how many bytes of small objects are left.</summary>
    public static long CollectGarbage()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        long left = 0;
        foreach (GCGenerationInfo generation in GC.GetGCMemoryInfo(GCKind.FullBlocking).GenerationInfo[..Generations])
        {
            left += generation.SizeAfterBytes - generation.FragmentationAfterBytes;
        }

        return left;
    }
}
