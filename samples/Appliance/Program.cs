using Appliance;
using GracefulHttp.TestKit.Networks;

if (args is [var make, var server])
{
    // Started by the scene, on the client's host.
    await Caller.RunAsync(Enum.Parse<ClientMake>(make), new Uri(server));
    return 0;
}

if (!NetworkNamespace.IsAvailable(out string whyNot) || !ResetCountingFirewall.IsAvailable(out whyNot))
{
    Console.Error.WriteLine($"This sample makes two hosts and a firewall, and cannot here: {whyNot}.");
    Console.Error.WriteLine("As root, with iproute2 and nftables installed: sudo dotnet run -c Release --project samples/Appliance");
    return 1;
}

Console.WriteLine($"""
    A firewall takes more than {ResetCountingFirewall.ResetsPerMinute} TCP resets a minute from one address for an attack, and then drops everything from it.
    Behind it a server answers late, whether or not anybody still waits. A client has a short timeout, and retries.

    """);

bool isDone = true;
foreach ((ClientMake client, string name) in new[]
{
    (ClientMake.Plain, "HttpClient"),
    (ClientMake.Drain, "HttpClient + GracefulHttpHandler"),
    (ClientMake.Close, "HttpClient + GracefulHttpHandler, Strategy = Close"),
})
{
    Console.WriteLine(name);
    isDone &= await Scene.PlayAsync(client);
}

return isDone ? 0 : 1;
