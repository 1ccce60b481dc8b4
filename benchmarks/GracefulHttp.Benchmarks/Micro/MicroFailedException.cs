namespace GracefulHttp.Benchmarks.Micro;

/// <summary>A measurement could not be made. The message is for the user.</summary>
internal sealed class MicroFailedException(string message) : Exception(message);
