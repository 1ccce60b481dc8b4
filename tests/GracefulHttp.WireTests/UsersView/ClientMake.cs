namespace GracefulHttp.WireTests.UsersView;

/// <summary>What a user's client may be made of. What the user sees of each is the same.</summary>
public enum ClientMake
{
    Plain,
    UseGracefulClose,
    GracefulHttpHandler,
}
