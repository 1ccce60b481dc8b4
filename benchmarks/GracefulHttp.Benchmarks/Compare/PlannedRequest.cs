namespace GracefulHttp.Benchmarks.Compare;

/// <summary>A request of an <see cref="OpenLoop"/>, before it is sent.</summary>
/// <param name="Send">Sends it. Called on the thread that keeps the time, and so must not work there.</param>
/// <param name="Unsent">Told instead if it had not got its turn when the time was over.</param>
internal readonly record struct PlannedRequest(Func<Task> Send, Action Unsent);
