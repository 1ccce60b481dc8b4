namespace GracefulHttp.Tests.Models;

/// <summary>Where the library is in the middle of something, and can be held: it has called what is not its own.</summary>
internal enum Moment
{
    /// <summary>Nowhere: two threads begin together.</summary>
    Start,

    /// <summary>It ends the request below: a handler's registration on its token runs.</summary>
    HandedDown,

    /// <summary>It arms the timer of a drain.</summary>
    TimerArmed,

    /// <summary>It begins to read on.</summary>
    BodyRead,
}
