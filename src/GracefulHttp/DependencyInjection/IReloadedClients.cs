namespace GracefulHttp.DependencyInjection;

/// <summary>The clients of one container that have such options.</summary>
internal interface IReloadedClients<in TOptions>
{
    /// <summary>The names of the clients that have had a handler.</summary>
    ICollection<string> Names { get; }

    /// <summary>The options of this client are others from now on.</summary>
    void Reload(TOptions options, string? name);
}
