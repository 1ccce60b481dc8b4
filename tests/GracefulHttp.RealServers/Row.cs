namespace GracefulHttp.RealServers;

/// <summary>What one cell of the matrix has cost.</summary>
/// <param name="Server">The server's name.</param>
/// <param name="Endpoint">Which of its endpoints.</param>
/// <param name="Phase">Where the requests were.</param>
/// <param name="Strategy">How they were ended.</param>
/// <param name="Abandoned">Requests whose callers left; 0 where the phase has none, or where the server refused the upload before.</param>
/// <param name="ClientResets">RSTs that left the client's host, as its kernel counts.</param>
/// <param name="ServerResets">RSTs that arrived there.</param>
/// <param name="Connections">Connections that the client opened.</param>
internal sealed record Row(
    string Server, string Endpoint, Phase Phase, Strategy Strategy, int Abandoned, long ClientResets, long ServerResets, long Connections);
