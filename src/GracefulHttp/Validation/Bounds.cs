namespace GracefulHttp.Validation;

/// <summary>What values may be, as error messages say it.</summary>
internal static class Bounds
{
    public const string Duration = "a duration (hh:mm:ss) of more than 00:00:00 and at most 1.00:00:00";

    public const string NotNegative = "0 or more";

    public const string NotNegativeInt = "0 or more and at most 2147483647";

    public const string NotNegativeLong = "0 or more and at most 9223372036854775807";

    public const string FiniteNotNegative = "a finite number of 0 or more";

    public const string Retries = "0 to 10";

    public const string Ratio = "0 to 1";

    public const string Strategy = "Drain, Close or Abort";

    public static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);
}
