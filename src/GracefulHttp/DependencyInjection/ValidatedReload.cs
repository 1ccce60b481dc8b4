using System.Diagnostics.CodeAnalysis;
using GracefulHttp.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace GracefulHttp.DependencyInjection;

/// <summary>
/// Tells <see cref="IOptionsMonitor{TOptions}"/> of a reload only when the options are valid: it would throw in the thread that
/// reloads, and then have no options at all.
/// </summary>
internal sealed class ValidatedReload<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>
    : IOptionsChangeTokenSource<TOptions>, IDisposable
    where TOptions : class
{
    private readonly SectionBinding<TOptions> _binding;
    private readonly IServiceProvider _services;
    private readonly IDisposable _reloads;
    private CancellationTokenSource _changed = new();

    public ValidatedReload(SectionBinding<TOptions> binding, IServiceProvider services)
    {
        _binding = binding;
        _services = services;
        _reloads = ChangeToken.OnChange(binding.Section.GetReloadToken, Reload);
        binding.Forget();
        LogUnknown();
    }

    public string Name => _binding.Name ?? Options.DefaultName;

    private ILogger Logger => QuietLogger.Create(_services.GetService<ILoggerFactory>());

    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    public void Dispose() => _reloads.Dispose();

    /// <summary>Whose options a reload changes. Those of all clients are also those of clients that have never been made.</summary>
    private IEnumerable<string> Names => _binding.Name is not null
        ? [Name]
        : _services.GetServices<IConfigureOptions<TOptions>>().Select(NameOf).OfType<string>().Prepend(Name)
            .Concat(_services.GetRequiredService<IReloadedClients<TOptions>>().Names);

    private static string? NameOf(IConfigureOptions<TOptions> options) => options switch
    {
        IOfClients ours => ours.Name,
        ConfigureNamedOptions<TOptions> users => users.Name,
        _ => null,
    };

    private void Reload()
    {
        if (TryReload([this]) is not { } refusal)
        {
            return;
        }

        // What it says may be valid only with what other sections say now, which come after it.
        ValidatedReload<TOptions>[] all = [.. _services.GetServices<IOptionsChangeTokenSource<TOptions>>().OfType<ValidatedReload<TOptions>>()];
        if (all.Length == 1 || TryReload(all) is not null)
        {
            Log.ReloadRefused(Logger, refusal.Message);
        }
    }

    /// <summary>Takes what the sections say now, of all or of none.</summary>
    /// <returns>Why of none.</returns>
    private Exception? TryReload(ValidatedReload<TOptions>[] reloads)
    {
        // Who was asked first is checked first: what it cannot say alone it can mostly not say at all.
        string[] names = [.. Names.Concat(reloads.SelectMany(static reload => reload.Names)).Distinct()];
        try
        {
            var factory = _services.GetRequiredService<IOptionsFactory<TOptions>>();
            SectionBinding<TOptions>.Reload(
                Array.ConvertAll(reloads, static reload => reload._binding), () => Array.ForEach(names, name => factory.Create(name)));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Not valid; or a delegate of the user's has thrown, in the thread that watches his file.
            return e;
        }

        foreach (ValidatedReload<TOptions> reload in reloads)
        {
            try
            {
                reload.Tell();
            }
            catch (Exception thrown)
            {
                // A listener of the user's; the others are told all the same.
                Log.BackgroundWorkFailed(Logger, thrown);
            }
        }

        return null;
    }

    private void Tell()
    {
        LogUnknown();
        if (_binding.Name is null)
        {
            // The monitor looks after one name only, and may have read the options of any.
            _services.GetRequiredService<IOptionsMonitorCache<TOptions>>().Clear();
        }

        Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel();
        ReloadNamed(Names.Skip(1));
    }

    private void ReloadNamed(IEnumerable<string> names)
    {
        var monitor = _services.GetRequiredService<IOptionsMonitor<TOptions>>();
        foreach (string name in names)
        {
            _services.GetRequiredService<IReloadedClients<TOptions>>().Reload(monitor.Get(name), name);
        }
    }

    private void LogUnknown()
    {
        string unknown = string.Join(", ", _binding.Unknown);
        if (unknown.Length != 0)
        {
            Log.UnknownOptions(Logger, _binding.Section.Path, unknown);
        }
    }
}
