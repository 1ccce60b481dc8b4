using FsCheck.Fluent;
using GracefulHttp.Abandonment;

namespace GracefulHttp.Tests.Models;

/// <summary>How far a request has come and may go on: after it was abandoned nothing more of it is sent.</summary>
public sealed class RequestScopeModelTests
{
    [Fact]
    public Task Scope_AnyStepsInAnyOrder_DoesAsItsModel() =>
        Steps.CheckAsync(Gen.Elements(Enum.GetValues<Step>()), static steps => Run(steps), sequences: 2_000);

    [Fact]
    public async Task TryAdvance_RacingWithAbandon_GoesOnUntilThenAndNotAfter()
    {
        const int Rounds = 2_000;
        using var start = new Barrier(2);
        for (int round = 0; round < Rounds; round++)
        {
            var scope = new RequestScope(new HttpRequestMessage());
            int advances = 0;
            SendProgress last = SendProgress.NotSeen;
            Task advancing = Task.Run(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                while (scope.TryAdvance(last == SendProgress.Sending ? SendProgress.Serialized : SendProgress.Sending))
                {
                    last = last == SendProgress.Sending ? SendProgress.Serialized : SendProgress.Sending;
                    advances++.ShouldBeLessThan(10_000_000, "it was abandoned long ago");
                }
            });
            start.SignalAndWait(TestContext.Current.CancellationToken);
            Thread.SpinWait(round % 100);
            scope.Abandon();
            SendProgress seen = scope.Progress;

            await advancing;

            // How far it had come is what its ladder is chosen by: it does not change afterwards.
            (seen, scope.Progress).ShouldBe((last, last));
        }
    }

    private static void Run(Step[] steps)
    {
        using var own = new HttpRequestMessage();
        using var other = new HttpRequestMessage();
        var scope = new RequestScope(own);
        var model = new ScopeModel();
        foreach (Step step in steps)
        {
            switch (step)
            {
                case Step.SerializeOwn:
                    scope.TrySerialize(own).ShouldBe(model.Serialize(isOther: false));
                    break;
                case Step.SerializeOther:
                    scope.TrySerialize(other).ShouldBe(model.Serialize(isOther: true));
                    break;
                case Step.Write:
                    scope.TryAdvance(SendProgress.Sending).ShouldBe(model.Advance(SendProgress.Sending));
                    break;
                case Step.Complete:
                    scope.Complete();
                    model.Progress = model.Progress == SendProgress.Sending ? SendProgress.Sent : model.Progress;
                    break;
                case Step.OwnHeaderActs:
                    scope.TryNoteActing(own).ShouldBe(model.NoteActing(isOther: false));
                    break;
                case Step.OtherHeaderActs:
                    scope.TryNoteActing(other).ShouldBe(model.NoteActing(isOther: true));
                    break;
                case Step.Abandon:
                    scope.Abandon();
                    model.IsAbandoned = true;
                    break;

                // These come after it only.
                case Step.Abort when model.IsAbandoned:
                    scope.Abort();
                    model.IsAborted = true;
                    break;
                case Step.Cut when model.IsAbandoned:
                    scope.Cut();
                    model.IsCut = true;
                    break;
                case Step.End when model.IsAbandoned:
                    scope.End();
                    model.HasEnded = true;
                    break;
            }

            (scope.Progress, scope.IsAbandoned, scope.IsAborted, scope.IsCut, scope.HasEnded, scope.IsActing)
                .ShouldBe((model.Progress, model.IsAbandoned, model.IsAborted, model.IsCut, model.HasEnded, model.IsActing));
        }

        RequestScope.Current = scope;
        RequestScope.Current.ShouldBe(model.HasEnded ? null : scope);
        RequestScope.Current = null;
    }

    private enum Step
    {
        SerializeOwn,
        SerializeOther,
        Write,
        Complete,
        OwnHeaderActs,
        OtherHeaderActs,
        Abandon,
        Abort,
        Cut,
        End,
    }

    private sealed class ScopeModel
    {
        private bool _sendsOther;

        public SendProgress Progress { get; set; }

        public bool IsAbandoned { get; set; }

        public bool IsAborted { get; set; }

        public bool IsCut { get; set; }

        public bool HasEnded { get; set; }

        public bool IsActing { get; private set; }

        /// <summary>A hop more forgets what was answered to the one before.</summary>
        public bool Advance(SendProgress to)
        {
            if (IsAbandoned)
            {
                return false;
            }

            IsActing &= Progress == to;
            Progress = to;
            return true;
        }

        /// <summary>A copy takes the place of the message, as long as its caller is there; afterwards it is somebody else's, and may go.</summary>
        public bool Serialize(bool isOther)
        {
            if (!Advance(SendProgress.Serialized))
            {
                return isOther != _sendsOther;
            }

            _sendsOther = isOther;
            return true;
        }

        public bool NoteActing(bool isOther)
        {
            IsActing |= isOther == _sendsOther;
            return isOther == _sendsOther;
        }
    }
}
