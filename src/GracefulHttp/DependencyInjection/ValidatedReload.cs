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
internal sealed class ValidatedReload : IOptionsChangeTokenSource<GracefulHttpOptions>, IDisposable
{
    private readonly SectionBinding _binding;
    private readonly IServiceProvider _services;
    private readonly IDisposable _reloads;
    private CancellationTokenSource _changed = new();

    public ValidatedReload(SectionBinding binding, IServiceProvider services)
    {
        _binding = binding;
        _services = services;
        _reloads = ChangeToken.OnChange(binding.Section.GetReloadToken, Reload);
    }

    public string Name => _binding.Name ?? Options.DefaultName;

    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    public void Dispose() => _reloads.Dispose();

    private void Reload()
    {
        string[] names = [Name];
        if (_binding.Name is null)
        {
            names = [.. names.Union(_services.GetRequiredService<GracefulHttpClients>().Names)];
        }

        try
        {
            var factory = _services.GetRequiredService<IOptionsFactory<GracefulHttpOptions>>();
            _binding.Reload(() => Array.ForEach(names, name => factory.Create(name)));
        }
        catch (OptionsValidationException e)
        {
            Log.ReloadRefused(QuietLogger.Create(_services.GetService<ILoggerFactory>()), e.Message);
            return;
        }

        Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel();
        ReloadNamed(names);
    }

    /// <summary>The monitor looks after one name only; those of the other clients are brought up to date here.</summary>
    private void ReloadNamed(string[] names)
    {
        var cache = _services.GetRequiredService<IOptionsMonitorCache<GracefulHttpOptions>>();
        var monitor = _services.GetRequiredService<IOptionsMonitor<GracefulHttpOptions>>();
        var clients = _services.GetRequiredService<GracefulHttpClients>();
        foreach (string name in names.Skip(1))
        {
            cache.TryRemove(name);
            clients.Reload(monitor.Get(name), name);
        }
    }
}
