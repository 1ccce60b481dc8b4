namespace GracefulHttp.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Defaults_AreTheDocumentedOnes()
    {
        var options = new GracefulHttpOptions();

        options.Enabled.ShouldBeTrue();
        options.Strategy.ShouldBe(AbandonStrategy.Drain);
        options.DrainTimeout.ShouldBe(TimeSpan.FromSeconds(2));
        options.MaxDrainSize.ShouldBe(1024 * 1024);
        options.MaxConcurrentDrains.ShouldBe(1000);
        options.LingerTimeout.ShouldBe(TimeSpan.FromSeconds(30));
        options.MaxLingerSize.ShouldBe(4 * 1024 * 1024);
        options.MaxLingeringConnections.ShouldBe(1000);
    }

    public static TheoryData<string, Action<GracefulHttpOptions>> OutOfBounds() => new()
    {
        { "DrainTimeout is 00:00:00;", o => o.DrainTimeout = TimeSpan.Zero },
        { "DrainTimeout is -00:00:00.0010000;", o => o.DrainTimeout = Timeout.InfiniteTimeSpan },
        { "DrainTimeout is 1.00:00:00.0000001;", o => o.DrainTimeout = TimeSpan.FromDays(1) + TimeSpan.FromTicks(1) },
        { "LingerTimeout is 00:00:00;", o => o.LingerTimeout = TimeSpan.Zero },
        { "LingerTimeout is -00:00:00.0010000;", o => o.LingerTimeout = Timeout.InfiniteTimeSpan },
        { "MaxDrainSize is -1; it must be 0 or more.", o => o.MaxDrainSize = -1 },
        { "MaxLingerSize is -1; it must be 0 or more.", o => o.MaxLingerSize = -1 },
        { "MaxConcurrentDrains is -1; it must be 0 or more.", o => o.MaxConcurrentDrains = -1 },
        { "MaxLingeringConnections is -1; it must be 0 or more.", o => o.MaxLingeringConnections = -1 },
        { "Strategy is 7; it must be Drain, Close or Abort.", o => o.Strategy = (AbandonStrategy)7 },
    };

    [Theory]
    [MemberData(nameof(OutOfBounds))]
    public void Constructor_OptionOutOfBounds_NamesOptionValueAndBounds(string message, Action<GracefulHttpOptions> breakIt)
    {
        var options = new GracefulHttpOptions();
        breakIt(options);

        ArgumentException thrown = Should.Throw<ArgumentException>(() => new GracefulHttpHandler(options));

        thrown.ParamName.ShouldBe("options");
        thrown.Message.ShouldContain(message);
        if (message.Contains("Timeout", StringComparison.Ordinal))
        {
            thrown.Message.ShouldContain("more than 00:00:00 and at most 1.00:00:00");
        }
    }

    [Fact]
    public void Constructor_SeveralErrors_NamesAllAtOnce()
    {
        var options = new GracefulHttpOptions { DrainTimeout = TimeSpan.Zero, MaxLingerSize = -5 };

        string message = Should.Throw<ArgumentException>(() => new GracefulHttpHandler(options)).Message;

        message.ShouldContain(nameof(options.DrainTimeout));
        message.ShouldContain(nameof(options.MaxLingerSize));
    }

    [Fact]
    public void UseGracefulClose_OptionOutOfBounds_ChangesNothing()
    {
        using var handler = new SocketsHttpHandler();

        Should.Throw<ArgumentException>(() => handler.UseGracefulClose(new GracefulCloseOptions { LingerTimeout = TimeSpan.Zero }));

        handler.ConnectCallback.ShouldBeNull();
    }

    [Fact]
    public void UseGracefulClose_CalledTwice_KeepsTheFirstHook()
    {
        using var handler = new SocketsHttpHandler();

        handler.UseGracefulClose().ShouldBeSameAs(handler);
        var hook = handler.ConnectCallback;
        handler.UseGracefulClose();

        handler.ConnectCallback.ShouldBeSameAs(hook);
    }

    [Fact]
    public void Constructors_NullArguments_Throw()
    {
        Should.Throw<ArgumentNullException>(() => new GracefulHttpHandler(null!)).ParamName.ShouldBe("options");
        Should.Throw<ArgumentNullException>(() => new GracefulHttpHandler(new GracefulHttpOptions(), null!)).ParamName.ShouldBe("innerHandler");
        Should.Throw<ArgumentNullException>(() => GracefulSocketsHttpHandlerExtensions.UseGracefulClose(null!)).ParamName.ShouldBe("handler");
    }
}
