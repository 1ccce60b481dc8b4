namespace GracefulHttp.DependencyInjection;

/// <summary>Whether a client, by its name, is one of ours. What is said of it by its name goes before what is said of all clients.</summary>
internal sealed class ClientRegistration
{
    private bool? _byName;
    private bool _byDefault;

    public bool IsWanted => _byName ?? _byDefault;

    public void Set(string? name, bool isWanted)
    {
        if (name is null)
        {
            _byDefault = isWanted;
        }
        else
        {
            _byName = isWanted;
        }
    }
}
