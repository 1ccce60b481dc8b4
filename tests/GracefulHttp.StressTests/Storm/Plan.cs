namespace GracefulHttp.StressTests.Storm;

/// <summary>What one request is about, on both sides. It follows from the seed, the round and the id alone, however the threads are scheduled.</summary>
/// <param name="Id">Also stands in the request's target.</param>
/// <param name="Origin">The number of its server.</param>
/// <param name="To">Its server.</param>
/// <param name="Answer">What the server does.</param>
/// <param name="Call">How it is sent.</param>
/// <param name="Reading">How its body is read.</param>
/// <param name="Instant">When its caller leaves.</param>
/// <param name="Parting">How.</param>
/// <param name="Measure">Microseconds or bytes, of the instant.</param>
/// <param name="Strategy">Its own, or the client's.</param>
/// <param name="HasHeaders">Whether the id also stands in a header; a request without any is not seen on its way to an HTTP/2 connection.</param>
/// <param name="BodySize">Of the answer.</param>
/// <param name="UploadSize">Of the content.</param>
/// <param name="RestartsServer">Whether its server is restarted before it is sent.</param>
internal sealed record Plan(
    int Id,
    int Origin,
    OriginPlan To,
    Answer Answer,
    Call Call,
    Reading Reading,
    Instant Instant,
    Parting Parting,
    int Measure,
    AbandonStrategy? Strategy,
    bool HasHeaders,
    int BodySize,
    int UploadSize,
    bool RestartsServer)
{
    private const double LeavingShare = 0.75;
    private const double RestartShare = 0.002;
    private const int LongestSpin = 200;
    private const int LongestDelay = 8_000;
    private const int LargestPiece = 48 * 1024;

    private static readonly Answer[] Calm =
        [Answer.Prompt, Answer.Prompt, Answer.Chunked, Answer.NoContent, Answer.Late, Answer.Late, Answer.Drip, Answer.Endless, Answer.Silent, Answer.Redirect];

    private static readonly Answer[] CalmHttp1 = [.. Calm, Answer.InterimStorm, Answer.CloseDelimited];

    private static readonly Answer[] Rough =
    [
        .. CalmHttp1, Answer.Reset, Answer.HalfClose, Answer.Truncate, Answer.TooLong, Answer.WrongChunk, Answer.Garbage, Answer.EarlyError,
        Answer.CloseBeforeAnswer,
    ];

    private static readonly Answer[] RoughHttp2 = [.. Calm, Answer.Reset, Answer.Truncate, Answer.EarlyError, Answer.GoAway, Answer.Disconnect];

    private static readonly Call[] Calls = [Call.Get, Call.Get, Call.Get, Call.Get, Call.Get, Call.Head, Call.Post, Call.PostStream, Call.Twice];

    public bool HasContent => Call is Call.Post or Call.PostStream;

    public bool IsLeft => Instant != Instant.Never;

    /// <summary>Whether what nobody has left may fail.</summary>
    public bool MayFail => To.IsRough;

    public HttpMethod Method => Call == Call.Head ? HttpMethod.Head : HasContent ? HttpMethod.Post : HttpMethod.Get;

    public static Plan Of(Scenario scenario, int id)
    {
        Random random = Seeds.For(scenario.Seed, scenario.Number, id);
        int number = random.Next(scenario.Origins.Count);
        OriginPlan origin = scenario.Origins[number];
        Answer answer = random.Pick((origin.IsHttp2, origin.IsRough) switch
        {
            (false, false) => CalmHttp1,
            (false, true) => Rough,
            (true, false) => Calm,
            (true, true) => RoughHttp2,
        });
        if (scenario.IsPeaceful && !origin.IsHttp2 && answer == Answer.Endless)
        {
            answer = Answer.Drip;
        }

        bool hasBody = answer is not (Answer.NoContent or Answer.Silent or Answer.Garbage or Answer.CloseBeforeAnswer);
        Call call = ChooseCall(random, origin, answer, hasBody);
        Reading reading = call switch
        {
            Call.Sync => Reading.Blocking,
            Call.Twice or Call.Head => Reading.Streamed,
            _ => random.Pick(Enum.GetValues<Reading>()),
        };
        bool leaves = call == Call.Twice || answer is Answer.Endless or Answer.Silent || random.NextDouble() < LeavingShare;
        Instant instant = leaves ? ChooseInstant(random, call, reading, hasBody) : Instant.Never;
        return new Plan(
            id,
            number,
            origin,
            answer,
            call,
            reading,
            instant,
            instant == Instant.MidBody ? ChooseParting(random, reading) : Parting.Cancel,
            instant switch
            {
                Instant.Soon => random.Next(LongestSpin),
                Instant.Later => random.Next(LongestDelay),
                _ => random.Next(LargestPiece),
            },
            random.Pick<AbandonStrategy?>([null, null, null, AbandonStrategy.Drain, AbandonStrategy.Close, scenario.IsPeaceful ? null : AbandonStrategy.Abort]),
            HasHeaders: random.Next(8) != 0,
            BodySize: random.Pick(scenario.BodySizes),
            UploadSize: random.Pick(scenario.UploadSizes),
            RestartsServer: origin.Restarts && random.NextDouble() < RestartShare);
    }

    private static Call ChooseCall(Random random, OriginPlan origin, Answer answer, bool hasBody)
    {
        if (answer == Answer.EarlyError)
        {
            return random.Pick([Call.Post, Call.PostStream]);
        }

        // Each blocks a thread, so they are few.
        if (!origin.IsHttp2 && random.Next(50) == 0)
        {
            return Call.Sync;
        }

        // An answer to HEAD has no body to misbehave with.
        Call call = random.Pick(Calls);
        return call == Call.Head && hasBody && answer is not (Answer.Prompt or Answer.Late) ? Call.Get : call;
    }

    private static Instant ChooseInstant(Random random, Call call, Reading reading, bool hasBody)
    {
        List<Instant> instants = [Instant.Soon, Instant.Later, Instant.Seen];
        if (call != Call.Sync)
        {
            instants.Add(Instant.AtOnce);
        }

        if (call is Call.Post or Call.PostStream)
        {
            instants.Add(Instant.MidUpload);
        }

        if (hasBody && call is not (Call.Twice or Call.Head) && reading != Reading.Buffered)
        {
            instants.AddRange([Instant.MidBody, Instant.MidBody, Instant.MidBody]);
        }

        return random.Pick(instants);
    }

    private static Parting ChooseParting(Random random, Reading reading) => reading switch
    {
        // A copy is left by its token; a read on the caller's thread, or without a token, by a dispose.
        Reading.Copied => Parting.Cancel,
        Reading.Direct or Reading.Blocking => random.Pick([Parting.Dispose, Parting.DisposeTwice]),
        _ => random.Pick(Enum.GetValues<Parting>()),
    };
}
