namespace GracefulHttp.DependencyInjection;

/// <summary>Options of one client, or of all.</summary>
internal interface IOfClients
{
    /// <summary>Whose options; null for those of all clients.</summary>
    string? Name { get; }
}
