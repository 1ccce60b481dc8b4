using GracefulHttp.StressTests.Storm;

namespace GracefulHttp.StressTests;

/// <summary>That the storm would notice: each fault that it looks for, made by hand.</summary>
public sealed class LedgerTests
{
    private const long Never = 0;
    private static readonly Scenario Round = Scenario.Of(seed: 1, number: 0, requests: 500);

    private readonly Ledger _ledger = new(Round);

    [Fact]
    public void Of_SameSeed_PlansTheSame()
    {
        Scenario.Of(seed: 7, number: 3, requests: 200).Plans.ShouldBe(Scenario.Of(seed: 7, number: 3, requests: 200).Plans);
        Scenario.Of(seed: 7, number: 3, requests: 200).Plans.ShouldNotBe(Scenario.Of(seed: 8, number: 3, requests: 200).Plans);
    }

    [Theory]
    [InlineData(false, "GRACEFULHTTP_STRESS_SEED=7 GRACEFULHTTP_STRESS_ROUND=3")]
    [InlineData(true, "GRACEFULHTTP_STRESS_SEED=7 GRACEFULHTTP_STRESS_ROUND=3 GRACEFULHTTP_STRESS_ABANDONED=1")]
    public void Replay_OfARound_NamesAllThatItDependsOn(bool isQuick, string replay) =>
        Scenario.Of(seed: 7, number: 3, requests: 200, isQuick).Replay.ShouldBe(replay);

    [Fact]
    public void Of_OneRound_HasEverything()
    {
        Scenario round = Scenario.Of(seed: 1, number: 0, requests: 5_000);

        round.Plans.Select(plan => plan.Answer).Distinct().Count().ShouldBe(Enum.GetValues<Answer>().Length);
        round.Plans.Select(plan => plan.Call).Distinct().Count().ShouldBe(Enum.GetValues<Call>().Length);
        round.Plans.Select(plan => plan.Reading).Distinct().Count().ShouldBe(Enum.GetValues<Reading>().Length);
        round.Plans.Select(plan => plan.Instant).Distinct().Count().ShouldBe(Enum.GetValues<Instant>().Length);
        round.Plans.Select(plan => plan.Parting).Distinct().Count().ShouldBe(Enum.GetValues<Parting>().Length);
        round.Plans.Select(plan => plan.To).Distinct().Count().ShouldBe(round.Origins.Count);
        round.Plans.ShouldContain(plan => plan.RestartsServer);
    }

    [Fact]
    public void Of_PeacefulRound_HasNobodyAbortAndNoServerThatOnlyBytesEnd()
    {
        Func<Plan, bool> hasAReason = plan => plan.Strategy == AbandonStrategy.Abort || (plan.Answer == Answer.Endless && !plan.To.IsHttp2);
        var rounds = Enumerable.Range(0, 30).Select(number => Scenario.Of(seed: 1, number, requests: 500)).ToLookup(round => round.IsPeaceful);

        rounds[true].ShouldAllBe(round => round.Options.Strategy != AbandonStrategy.Abort && !round.Plans.Any(hasAReason));
        rounds[false].ShouldAllBe(round => round.Plans.Any(hasAReason));
        rounds[false].ShouldContain(round => round.Options.Strategy == AbandonStrategy.Abort);
    }

    [Fact]
    public void ResetReasons_OfAPeacefulRound_AreThoseOfTimeAlone()
    {
        var round = new RoundResult
        {
            ConnectionOutcomes = new Counts([new("aborted", 1), new("closed", 10), new("linger_size", 100), new("linger_timeout", 1000), new("send_stuck", 10_000)]),
        };

        round.ResetReasons.Total.ShouldBe(11_101);
        (round with { IsPeaceful = true }).ResetReasons.Total.ShouldBe(11_000);
    }

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(3, 2, 1)]
    public void UnexplainedResets_MoreThanReasons_AreFaults(int resets, int reasons, int unexplained) =>
        new RoundResult
        {
            ConnectionsResetByClient = resets,
            ConnectionOutcomes = new Counts([new("closed", 10), new("linger_size", reasons)]),
        }.UnexplainedResets.ShouldBe(unexplained);

    [Fact]
    public void See_OnceByItsOwnCaller_IsNoFault()
    {
        RequestRecord record = Begin(plan => plan.Call == Call.Get);

        record.See(record.Id, isHop: false, Ledger.Now);
        record.NoteLeft();

        _ledger.Faults.ShouldBeEmpty();
    }

    [Fact]
    public void See_WrittenAfterItsCallerLeft_IsAGhost()
    {
        RequestRecord record = Begin(plan => plan.Call == Call.Get);
        record.NoteLeft();

        record.See(record.Id, isHop: false, notBefore: Ledger.Now + 1);

        _ledger.Faults.Single().ShouldContain("ghost");
    }

    [Fact]
    public void See_WritingBeganAfterItsCallerLeft_IsAGhost()
    {
        RequestRecord first = Begin(plan => plan is { Call: Call.Get, Answer: Answer.Prompt });
        first.NoteWriting();
        first.NoteLeft();
        first.See(first.Id, isHop: false, Never);
        _ledger.Faults.ShouldBeEmpty();

        RequestRecord ghost = Begin(plan => plan is { Call: Call.Get, Answer: Answer.Late });
        ghost.NoteLeft();
        ghost.NoteWriting();
        ghost.See(ghost.Id, isHop: false, Never);
        _ledger.Faults.Single().ShouldContain("ghost");
    }

    [Fact]
    public void See_RedirectedAfterItsCallerLeft_IsAGhost()
    {
        RequestRecord record = Begin(plan => plan is { Answer: Answer.Redirect, Call: Call.Get });
        record.See(record.Id, isHop: false, Never);
        record.NoteLeft();
        record.NoteRedirected();

        record.See(record.Id, isHop: true, Never);

        _ledger.Faults.Single().ShouldContain("redirect");
    }

    [Fact]
    public void See_SentAgainAfterItsConnectionWasDropped_IsNoFaultUnlessItsCallerHadLeft()
    {
        RequestRecord retried = Begin(plan => plan is { Answer: Answer.CloseBeforeAnswer, Call: Call.Get });
        retried.See(retried.Id, isHop: false, Never);
        retried.NoteDropped();
        retried.See(retried.Id, isHop: false, Never);
        _ledger.Faults.ShouldBeEmpty();

        RequestRecord ghost = Begin(plan => plan is { Answer: Answer.Prompt, Call: Call.Get });
        ghost.See(ghost.Id, isHop: false, Never);
        ghost.NoteLeft();
        ghost.NoteDropped();
        ghost.See(ghost.Id, isHop: false, Never);
        _ledger.Faults.Single().ShouldContain("2 times");
    }

    [Fact]
    public void See_Twice_IsAFaultUnlessItsCallerSentItTwice()
    {
        RequestRecord twice = Begin(plan => plan.Call == Call.Twice);
        RequestRecord once = Begin(plan => plan.Call == Call.Get);
        foreach (RequestRecord record in (RequestRecord[])[twice, twice, once, once])
        {
            record.See(record.Id, isHop: false, Never);
        }

        _ledger.Faults.Single().ShouldContain($"Id = {once.Id},");
    }

    [Fact]
    public void See_TheIdOfAnother_IsAFault()
    {
        RequestRecord record = Begin(plan => plan.Call == Call.Get);

        record.See("another", isHop: false, Never);

        _ledger.Faults.Single().ShouldContain("another");
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void NoteUploaded_PartOrBytesOfAnother_IsAFault(int missing, int other)
    {
        RequestRecord record = Begin(plan => plan.Call == Call.PostStream && plan.UploadSize > 1);
        int size = record.Plan.UploadSize;

        record.NoteUploaded(Pattern.Create(Pattern.UploadOf(record.Plan.Id), size));
        _ledger.Faults.ShouldBeEmpty();
        record.NoteUploaded(Pattern.Create(Pattern.UploadOf(record.Plan.Id + other), size - missing));
        _ledger.Faults.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1023)]
    public void PatternSink_OneByteOfAnother_IsAFault(int at)
    {
        RequestRecord record = Begin(plan => plan.Instant == Instant.Never);
        byte[] body = Pattern.Create(record.Plan.Id, 1024);
        using var sink = new PatternSink(record, static () => { });
        sink.Write(body.AsSpan(0, 3));
        sink.Write(body.AsSpan(3));
        _ledger.Faults.ShouldBeEmpty();

        using var another = new PatternSink(record, static () => { });
        body[at]++;
        another.Write(body);
        _ledger.Faults.Count.ShouldBe(1);
    }

    [Fact]
    public void Find_NobodysId_IsAFault()
    {
        _ledger.Find("/499", out _).ShouldBeNull();

        _ledger.Faults.Single().ShouldContain("nobody");
    }

    private RequestRecord Begin(Func<Plan, bool> match) => _ledger.Begin(Round.Plans.First(match).Id);
}
