namespace GracefulHttp.StressTests.Storm;

/// <summary>Random numbers that depend on what they are for, and not on who comes first.</summary>
internal static class Seeds
{
    public static Random For(int seed, int round, int number = -1)
    {
        ulong mixed = Mix(Mix((uint)seed) ^ ((ulong)(uint)round << 32 | (uint)number));
        return new Random((int)mixed);
    }

    /// <summary>The finaliser of SplitMix64.</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public static T Pick<T>(this Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];
}
