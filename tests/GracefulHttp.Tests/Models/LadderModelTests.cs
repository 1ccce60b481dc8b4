using FsCheck;
using FsCheck.Fluent;
using GracefulHttp.TestKit;

namespace GracefulHttp.Tests.Models;

/// <summary>
/// Several requests at once, answered, read and left in any order, on a clock that is moved by hand: each ends as the table of the
/// ladder says, within the budgets, and its caller is let go at once.
/// </summary>
public sealed class LadderModelTests
{
    private static readonly int[] Sizes = [1, 60, 150];
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly Step[] Singles =
        [Step.Send, Step.Send, Step.Answer, Step.Answer, Step.Give, Step.End, Step.Fail, Step.Cancel, Step.Cancel, Step.Wait];

    private static readonly Step[] OfServer = [Step.Answer, Step.Give, Step.End, Step.Fail];

    [Fact]
    public Task Handler_AnyStepsInAnyOrder_DoesAsItsModel() => Steps.CheckAsync(Commands(Singles), RunAsync, sequences: 200);

    /// <summary>Whatever a server does, or another caller, while a caller leaves.</summary>
    [Fact]
    public Task Handler_TwoStepsAtTheSameTime_DoesAsInOneOrderOrTheOther() => Steps.CheckAsync(Commands(Singles), RaceAsync, sequences: 400);

    private static Gen<Command> Commands(Step[] steps) =>
        from kind in Gen.Elements(steps)
        from number in Gen.Choose(0, 1000)
        from size in Gen.Elements(Sizes)
        from hasLength in Gen.Elements(true, false)
        from strategy in Gen.Elements(AbandonStrategy.Drain, AbandonStrategy.Drain, AbandonStrategy.Drain, AbandonStrategy.Close, AbandonStrategy.Abort)
        select new Command(kind, number, hasLength ? size : null, size, strategy);

    private static async Task RunAsync(Command[] commands)
    {
        GracefulHttpOptions options = OptionsOf(commands);
        using var actual = new LadderActual(options);
        LadderModel model = await RunAsync(new LadderModel(options), actual, [.. commands, .. Ending(commands.Length)]);
        await actual.EndAsync();
        model.Drains.ShouldBe(0);
    }

    private static async Task RaceAsync(Command[] commands)
    {
        GracefulHttpOptions options = OptionsOf(commands);
        using var actual = new LadderActual(options);
        LadderModel model = await RunAsync(new LadderModel(options), actual, commands);
        int races = 0;
        foreach ((Command first, Command second) in Races(model))
        {
            LadderModel inOrder = model.Copy();
            LadderModel inReverse = model.Copy();
            Array.ForEach([first, second], command => TryDo(command, inOrder));
            Array.ForEach([second, first], command => TryDo(command, inReverse));

            var moment = (Moment)((commands.Length + races++) % Enum.GetValues<Moment>().Length);
            await (moment == Moment.Start ? TogetherAsync(first, second, actual)
                : moment == Moment.BodyRead ? InTheMiddleAsync(moment, first, second, model, actual)
                : InTheMiddleAsync(moment, second, first, model, actual));
            model = await actual.SettlesAsAsync(inOrder, inReverse);
        }

        model = await RunAsync(model, actual, Ending(commands.Length));
        await actual.EndAsync();
        model.Drains.ShouldBe(0);
    }

    private static async Task TogetherAsync(Command first, Command second, LadderActual actual)
    {
        using var start = new Barrier(2);
        await Task.WhenAll(new[] { first, second }.Select(command => Task.Run(() =>
        {
            start.SignalAndWait();
            Do(command, actual);
        }))).WithinAsync();
    }

    /// <summary>The one is held there while the other happens. Where it never comes there they follow each other.</summary>
    private static async Task InTheMiddleAsync(Moment moment, Command held, Command beside, LadderModel model, LadderActual actual)
    {
        LadderModel afterHeld = model.Copy();
        TryDo(held, afterHeld);
        SyncPoint point = actual.HoldAt(moment);
        Task doing = Task.Run(() => Do(held, actual));
        await actual.SettlesAsAsync(point, afterHeld);
        Do(beside, actual);
        point.Release();
        await doing.WithinAsync();
    }

    /// <summary>
    /// A caller who leaves beside each thing that may happen to its request, or beside another who leaves; of each request at most one.
    /// Little is given, and nothing afterwards, or the two orders would have to be told apart by what cannot be seen.
    /// </summary>
    private static IEnumerable<(Command First, Command Second)> Races(LadderModel model)
    {
        int[] waiting = [.. Enumerable.Range(0, model.Requests.Count).Where(i => model.Requests[i].Caller == "waiting")];
        foreach (int[] pair in waiting.Chunk(2))
        {
            Step[] possible = [.. OfServer.Where(step => IsPossible(step, model.Requests[pair[0]]))];
            int choice = (pair[0] + model.Requests.Count) % (possible.Length + 1);
            Command leaves = new(Step.Cancel, pair[0]);
            if (choice < possible.Length)
            {
                yield return (new Command(possible[choice], pair[0], Length: Sizes[pair[0] % Sizes.Length], Size: 1), leaves);
            }
            else if (pair.Length == 2)
            {
                yield return (new Command(Step.Cancel, pair[1]), leaves);
            }
        }
    }

    private static GracefulHttpOptions OptionsOf(Command[] commands) => new()
    {
        MaxConcurrentDrains = commands.FirstOrDefault()?.Number % 4 ?? 0,
        MaxDrainSize = 100,
        DrainTimeout = TimeSpan.FromSeconds(2.5),
    };

    private static async Task<LadderModel> RunAsync(LadderModel model, LadderActual actual, IEnumerable<Command> commands)
    {
        foreach (Command command in commands)
        {
            if (model.Requests.Count > 0 || command.Kind is Step.Send or Step.Wait)
            {
                Command addressed = command with { Number = command.Number % Math.Max(1, model.Requests.Count) };
                if (TryDo(addressed, model))
                {
                    Do(addressed, actual);
                }
            }

            await actual.SettlesAsAsync(model);
        }

        return model;
    }

    /// <summary>Whoever is left leaves, and all time runs out.</summary>
    private static IEnumerable<Command> Ending(int requests) =>
        [.. Enumerable.Range(0, requests).Select(static i => new Command(Step.Cancel, i)), .. Enumerable.Repeat(new Command(Step.Wait, 0), 3)];

    private static bool IsPossible(Step step, LadderModel.Request request) => step switch
    {
        Step.Answer => request is { IsOpen: true, IsAnswered: false },
        Step.Give or Step.End or Step.Fail => request is { IsOpen: true, IsAnswered: true },
        Step.Cancel => request.Caller == "waiting",
        _ => true,
    };

    /// <summary>Not where it is too late for it.</summary>
    private static bool TryDo(Command command, LadderModel model)
    {
        if (command.Kind is Step.Send)
        {
            model.Send(command.Strategy);
            return true;
        }

        if (command.Kind is Step.Wait)
        {
            model.Wait(Second);
            return true;
        }

        LadderModel.Request request = model.Requests[command.Number];
        if (!IsPossible(command.Kind, request))
        {
            return false;
        }

        switch (command.Kind)
        {
            case Step.Answer:
                model.Answer(request, command.Length);
                break;
            case Step.Give:
                model.Give(request, command.Size);
                break;
            case Step.End or Step.Fail:
                LadderModel.End(request, fails: command.Kind == Step.Fail);
                break;
            default:
                model.Cancel(request);
                break;
        }

        return true;
    }

    private static void Do(Command command, LadderActual actual)
    {
        switch (command.Kind)
        {
            case Step.Send:
                actual.Send(command.Strategy);
                break;
            case Step.Wait:
                actual.Clock.Advance(Second);
                break;
            case Step.Answer:
                actual.Answer(command.Number, command.Length);
                break;
            case Step.Give:
                actual.Bodies[command.Number].Give(new byte[command.Size]);
                break;
            case Step.End:
                actual.Bodies[command.Number].End();
                break;
            case Step.Fail:
                actual.Bodies[command.Number].Fail(new IOException("The connection failed."));
                break;
            default:
                actual.Cancel(command.Number);
                break;
        }
    }

    private enum Step
    {
        Send,
        Answer,
        Give,
        End,
        Fail,
        Cancel,
        Wait,
    }

    /// <param name="Kind">What happens.</param>
    /// <param name="Number">To which request.</param>
    /// <param name="Length">What an answer announces.</param>
    /// <param name="Size">Of what is given.</param>
    /// <param name="Strategy">Of what is sent.</param>
    private sealed record Command(Step Kind, int Number, long? Length = null, int Size = 0, AbandonStrategy Strategy = default);
}
