namespace GracefulHttp.Benchmarks.Peer;

/// <summary>The process with the servers could not do what it was asked to. The message is for the user.</summary>
internal sealed class PeerFailedException(string message) : Exception(message);
