namespace GracefulHttp.Tests.PublicApi;

/// <summary>A snapshot guards only what it shows.</summary>
public sealed class ApiDescriptionTests
{
    [Fact]
    public void Of_EveryKindOfTypeAndMember_ShowsEachWithWhatUsersDependOn()
    {
        string name = $"{typeof(ApiDescriptionTests).FullName}";
        Type[] types = typeof(ApiDescriptionTests).GetNestedTypes();

        ApiDescription.Of(types).ShouldBe(
        [
            $"{name}.Base: abstract class : IDisposable",
            $"{name}.Base: abstract string? Find(string key, in int index, out bool found, ref long total)",
            $"{name}.Base: protected Base(string? name, int count = 3)",
            $"{name}.Base: static readonly IReadOnlyList<string?> Names",
            $"{name}.Base: string this[int index] {{ get; }}",
            $"{name}.Base: virtual void Dispose()",
            $"{name}.Callback: delegate",
            $"{name}.Callback: virtual Task<string?> Invoke(object? sender, params int[] values)",
            $"{name}.Choice: [Flags] enum : byte",
            $"{name}.Choice: None = 0",
            $"{name}.Choice: Some = 4",
            $"{name}.Derived: sealed class : Base, IAsyncDisposable",
            $"{name}.Derived: Derived()",
            $"{name}.Derived: TimeSpan Delay {{ get; set; }} = 00:00:02",
            $"{name}.Derived: ValueTask DisposeAsync()",
            $"{name}.Derived: [Obsolete] event EventHandler? Changed",
            $"{name}.Derived: bool? Wanted {{ get; init; }} = null",
            $"{name}.Derived: const string Unit = \"s\"",
            $"{name}.Derived: override string? Find(string key, in int index, out bool found, ref long total)",
            $"{name}.Generic: static class",
            $"{name}.Generic: static T Or<T>(T value, Func<T, string?>? other = null, CancellationToken cancellationToken = default) where T : class, IDisposable, new()",
            $"{name}.Pair<T>: struct where T : struct",
            $"{name}.Pair<T>: T Left {{ get; set; }}",
            $"{name}.Pair<T>: static bool op_Implicit(Pair<T> pair)",
        ]);
    }

    [Flags]
    public enum Choice : byte
    {
        None,
        Some = 4,
    }

    public delegate Task<string?> Callback(object? sender, params int[] values);

    public abstract class Base(string? name, int count = 3) : IDisposable
    {
        public static readonly IReadOnlyList<string?> Names = [null];

        public string this[int index] => $"{name}{count}{index}";

        public abstract string? Find(string key, in int index, out bool found, ref long total);

        public virtual void Dispose() => GC.SuppressFinalize(this);

        internal static void Hidden() => Names.ShouldNotBeEmpty();

        private protected static void HiddenToo() => Hidden();
    }

    public sealed class Derived() : Base(null), IAsyncDisposable
    {
        public const string Unit = "s";

        [Obsolete("Shown.")]
        public event EventHandler? Changed;

        public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(2);

        public bool? Wanted { get; init; }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public override string? Find(string key, in int index, out bool found, ref long total)
        {
            HiddenToo();
            Changed?.Invoke(this, EventArgs.Empty);
            found = false;
            return null;
        }
    }

    public static class Generic
    {
        public static T Or<T>(T value, Func<T, string?>? other = null, CancellationToken cancellationToken = default)
            where T : class, IDisposable, new() => other?.Invoke(value) is null && cancellationToken.IsCancellationRequested ? new T() : value;
    }

    public struct Pair<T>
        where T : struct
    {
        public T Left { get; set; }

        public static implicit operator bool(Pair<T> pair) => !pair.Left.Equals(default(T));
    }
}
