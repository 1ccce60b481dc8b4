namespace GracefulHttp.WireTests.UsersView;

internal static class ClientMakes
{
    public static TheoryData<ClientMake> All => [.. Enum.GetValues<ClientMake>()];

    /// <summary>A client of this make over <paramref name="sockets"/>, which it owns.</summary>
    public static HttpClient NewClient(this ClientMake make, SocketsHttpHandler sockets, Uri? server = null) =>
        new(make.NewHandler(sockets)) { BaseAddress = server };

    public static HttpMessageHandler NewHandler(this ClientMake make, SocketsHttpHandler sockets) => make switch
    {
        ClientMake.Plain => sockets,
        ClientMake.UseGracefulClose => sockets.UseGracefulClose(),
        _ => new GracefulHttpHandler(new GracefulHttpOptions(), sockets),
    };

    /// <summary>Describes what each make gives, and demands that they give the same.</summary>
    public static async Task<T> ShouldAgreeAsync<T>(Func<ClientMake, Task<T>> describeAsync)
    {
        T plain = await describeAsync(ClientMake.Plain);
        (await describeAsync(ClientMake.UseGracefulClose)).ShouldBe(plain);
        (await describeAsync(ClientMake.GracefulHttpHandler)).ShouldBe(plain);
        return plain;
    }
}
