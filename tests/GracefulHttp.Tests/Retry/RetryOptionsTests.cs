using GracefulHttp.Validation;

namespace GracefulHttp.Tests.Retry;

public sealed class RetryOptionsTests
{
    [Fact]
    public void Defaults_AreTheDocumentedOnes()
    {
        var options = new GracefulRetryOptions();

        options.TotalRequestTimeout.ShouldBe(TimeSpan.FromSeconds(30));
        options.AttemptTimeout.ShouldBe(TimeSpan.FromSeconds(10));
        options.MaxRetryAttempts.ShouldBe(3);
        options.Delay.ShouldBe(TimeSpan.FromMilliseconds(200));
        options.MaxDelay.ShouldBe(TimeSpan.FromSeconds(10));
        options.AcceptLateResponses.ShouldBeTrue();
        options.RetryNonIdempotentMethods.ShouldBeFalse();
        options.RetryRatio.ShouldBe(0.2);
        options.MinRetriesPerSecond.ShouldBe(10);
        options.ShouldHandle.ShouldBeNull();
    }

    public static TheoryData<string, Action<GracefulRetryOptions>> OutOfBounds() => new()
    {
        { "TotalRequestTimeout is 00:00:00; it must be more than 00:00:00 and at most 1.00:00:00.", o => o.TotalRequestTimeout = TimeSpan.Zero },
        { "TotalRequestTimeout is -00:00:00.0010000;", o => o.TotalRequestTimeout = Timeout.InfiniteTimeSpan },
        { "AttemptTimeout is 00:00:00; it must be more than 00:00:00 and at most 1.00:00:00.", o => o.AttemptTimeout = TimeSpan.Zero },
        { "AttemptTimeout is 2.00:00:00; it must be more than 00:00:00 and at most 1.00:00:00.", o => o.AttemptTimeout = TimeSpan.FromDays(2) },
        {
            "AttemptTimeout is 00:00:31; it must be at most TotalRequestTimeout, which is 00:00:30.",
            o => o.AttemptTimeout = TimeSpan.FromSeconds(31)
        },
        { "Delay is 00:00:00;", o => o.Delay = TimeSpan.Zero },
        { "MaxDelay is 2.00:00:00;", o => o.MaxDelay = TimeSpan.FromDays(2) },
        { "MaxRetryAttempts is -1; it must be 0 to 10.", o => o.MaxRetryAttempts = -1 },
        { "MaxRetryAttempts is 11; it must be 0 to 10.", o => o.MaxRetryAttempts = 11 },
        { "RetryRatio is -0.1; it must be 0 to 1.", o => o.RetryRatio = -0.1 },
        { "RetryRatio is 1.5; it must be 0 to 1.", o => o.RetryRatio = 1.5 },
        { "RetryRatio is NaN; it must be 0 to 1.", o => o.RetryRatio = double.NaN },
        { "MinRetriesPerSecond is -1; it must be 0 or more.", o => o.MinRetriesPerSecond = -1 },
    };

    [Theory]
    [MemberData(nameof(OutOfBounds))]
    public void Constructor_OptionOutOfBounds_NamesOptionValueAndBounds(string message, Action<GracefulRetryOptions> breakIt)
    {
        var options = new GracefulRetryOptions();
        breakIt(options);

        ArgumentException thrown = Should.Throw<ArgumentException>(() => new GracefulRetryHandler(options));

        thrown.ParamName.ShouldBe("options");
        thrown.Message.ShouldContain(message);
        RetryOptionsValidation.Validate(options).ShouldHaveSingleItem().ShouldStartWith(message);
    }

    [Fact]
    public void Constructor_SeveralErrors_NamesAllAtOnce()
    {
        var options = new GracefulRetryOptions { Delay = TimeSpan.Zero, RetryRatio = 2 };

        string message = Should.Throw<ArgumentException>(() => new GracefulRetryHandler(options)).Message;

        message.ShouldContain(nameof(options.Delay));
        message.ShouldContain(nameof(options.RetryRatio));
    }

    [Fact]
    public void Constructor_ShortestTimeouts_AreNotRefused()
    {
        var options = new GracefulRetryOptions { TotalRequestTimeout = TimeSpan.FromMilliseconds(2), AttemptTimeout = TimeSpan.FromMilliseconds(1) };

        using var handler = new GracefulRetryHandler(options);

        handler.TimeProvider.ShouldBeSameAs(TimeProvider.System);
    }

    [Fact]
    public void Constructors_NullArguments_Throw()
    {
        Should.Throw<ArgumentNullException>(() => new GracefulRetryHandler(null!)).ParamName.ShouldBe("options");
        Should.Throw<ArgumentNullException>(() => new GracefulRetryHandler(new GracefulRetryOptions(), null!)).ParamName.ShouldBe("innerHandler");
    }
}
