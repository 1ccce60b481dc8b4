namespace GracefulHttp.Abandonment;

/// <summary>What an abandoned request was kept from sending. The names in snake_case are the metric tag.</summary>
internal enum UnsentReason
{
    /// <summary>Nothing was to be sent any more.</summary>
    None,

    /// <summary>Itself: it waited in the pool's queue, or for a connection.</summary>
    Queue,

    /// <summary>Where its answer redirected to.</summary>
    Redirect,

    /// <summary>Itself again, with the credentials that its answer asked for.</summary>
    Authentication,

    /// <summary>Itself again over another connection, or whatever else a handler below made of it.</summary>
    Retry,
}
