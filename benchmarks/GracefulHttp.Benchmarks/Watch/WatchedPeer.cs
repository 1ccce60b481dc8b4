using System.Net;

namespace GracefulHttp.Benchmarks.Watch;

/// <summary>One host, as a client of one server.</summary>
internal sealed record WatchedPeer(IPAddress Client, IPEndPoint Server);
