using GracefulHttp.WireTests.Carriers;

namespace GracefulHttp.WireTests.Responses;

/// <summary>The same over HTTP/2, whose streams end otherwise than a connection's.</summary>
public sealed class Http2StreamUseTests : CarrierTest
{
    public static TheoryData<StreamUse> Uses => [.. Enum.GetValues<StreamUse>()];

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task Stream_UsedToItsEndAndDisposed_IsAsThePlainClients(StreamUse use)
    {
        await ServeAsync(Carrier.Http2, exchange => exchange.AnswerAsync());

        string plain = await StreamUseTests.DescribeAsync(ConnectThrough(NewSockets()), use);
        string graceful = await StreamUseTests.DescribeAsync(Connect(), use);

        graceful.ShouldBe(plain);
        plain.ShouldStartWith("2 bytes");
        Outcomes.ShouldBeEmpty();
    }
}
