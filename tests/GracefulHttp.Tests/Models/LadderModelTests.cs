using FsCheck.Fluent;

namespace GracefulHttp.Tests.Models;

/// <summary>
/// Several requests at once, answered, read and left in any order, on a clock that is moved by hand: each ends as the table of the
/// ladder says, within the budgets, and its caller is let go at once.
/// </summary>
public sealed class LadderModelTests
{
    private static readonly int[] Sizes = [1, 60, 150];

    [Fact]
    public Task Handler_AnyStepsInAnyOrder_DoesAsItsModel() => Steps.CheckAsync(
        from kind in Gen.Elements(Step.Send, Step.Send, Step.Answer, Step.Answer, Step.Give, Step.End, Step.Fail, Step.Cancel, Step.Cancel, Step.Wait)
        from number in Gen.Choose(0, 1000)
        from size in Gen.Elements(Sizes)
        from strategy in Gen.Elements(AbandonStrategy.Drain, AbandonStrategy.Drain, AbandonStrategy.Drain, AbandonStrategy.Close, AbandonStrategy.Abort)
        select new Command(kind, number, size, strategy),
        RunAsync,
        sequences: 200);

    private static async Task RunAsync(Command[] commands)
    {
        var options = new GracefulHttpOptions
        {
            MaxConcurrentDrains = commands.FirstOrDefault()?.Number % 4 ?? 0,
            MaxDrainSize = 100,
            DrainTimeout = TimeSpan.FromSeconds(2.5),
        };
        var model = new LadderModel(options);
        using var actual = new LadderActual(options);
        foreach (Command command in (Command[])[.. commands, .. Ending(commands.Length)])
        {
            Do(command, model, actual);
            await actual.SettlesAsAsync(model);
        }

        await actual.EndAsync();
        model.Drains.ShouldBe(0);
    }

    /// <summary>Whoever is left leaves, and all time runs out.</summary>
    private static IEnumerable<Command> Ending(int requests) =>
        [.. Enumerable.Range(0, requests).Select(static i => new Command(Step.Cancel, i, 0, default)), new Command(Step.Wait, 0, 0, default), new Command(Step.Wait, 0, 0, default), new Command(Step.Wait, 0, 0, default)];

    private static void Do(Command command, LadderModel model, LadderActual actual)
    {
        if (command.Kind == Step.Send)
        {
            model.Send(command.Strategy);
            actual.Send(command.Strategy);
            return;
        }

        if (command.Kind == Step.Wait)
        {
            model.Wait(TimeSpan.FromSeconds(1));
            actual.Clock.Advance(TimeSpan.FromSeconds(1));
            return;
        }

        if (model.Requests.Count == 0)
        {
            return;
        }

        int number = command.Number % model.Requests.Count;
        LadderModel.Request request = model.Requests[number];
        switch (command.Kind)
        {
            case Step.Answer when request is { IsOpen: true, IsAnswered: false }:
                long? length = command.Number % 2 == 0 ? command.Size : null;
                model.Answer(request, length);
                actual.Answer(number, length);
                break;
            case Step.Give when request is { IsOpen: true, IsAnswered: true }:
                model.Give(request, command.Size);
                actual.Bodies[number].Give(new byte[command.Size]);
                break;
            case Step.End when request is { IsOpen: true, IsAnswered: true }:
                LadderModel.End(request, fails: false);
                actual.Bodies[number].End();
                break;
            case Step.Fail when request is { IsOpen: true, IsAnswered: true }:
                LadderModel.End(request, fails: true);
                actual.Bodies[number].Fail(new IOException("The connection failed."));
                break;
            case Step.Cancel when request.Caller == "waiting":
                model.Cancel(request);
                actual.Cancel(number);
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

    private sealed record Command(Step Kind, int Number, int Size, AbandonStrategy Strategy);
}
