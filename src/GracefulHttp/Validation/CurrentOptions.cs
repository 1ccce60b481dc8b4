namespace GracefulHttp.Validation;

/// <inheritdoc cref="ICurrentOptions{TOptions}"/>
/// <param name="value">A copy of what the user has given, validated.</param>
internal sealed class CurrentOptions<TOptions>(TOptions value) : ICurrentOptions<TOptions>
    where TOptions : class
{
    private volatile TOptions _value = value;

    public TOptions Value
    {
        get => _value;
        set => _value = value;
    }
}
