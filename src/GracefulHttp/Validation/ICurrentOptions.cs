namespace GracefulHttp.Validation;

/// <summary>Options as they are now: a reload replaces them as a whole.</summary>
internal interface ICurrentOptions<out TOptions>
    where TOptions : class
{
    /// <summary>Valid, and not changed by anybody.</summary>
    TOptions Value { get; }
}
