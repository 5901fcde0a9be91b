using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SmsConsole.SiteServer.Spool;
using TraceLevel = SmsConsole.SiteServer.Spool.TraceLevel;

namespace SmsConsole.Engine;

/// <summary>Writes what the engine's components log into the classic trace logs as well: LOGS/hman.log, dbmon.log, ...</summary>
[ProviderAlias("TraceLog")]
internal sealed class TraceLogProvider(PrimarySite primary, IDisk disk, TimeProvider clock) : ILoggerProvider
{
    private static readonly Dictionary<string, string> _files = new(StringComparer.Ordinal)
    {
        [Name<HierarchyManager>()] = "hman",
        [Name<Enrolments>()] = "hman",
        [Name<SiteReports>()] = "hman",
        [Name<JobOperations>()] = "hman",
        [Name<PoisonBox>()] = "hman",
        [Name<SiteCommands>()] = "hman",
        [Name<SqlMonitor>()] = "dbmon",
        [Name<SiteMaintenance>()] = "dbmon",
        [Name<ChangeFollower>()] = "dbmon",
        [Name<StatusReceiver>()] = "statmgr",
        [Name<EngineHost>()] = "smsexec",
        [Name<WorkerRunner>()] = "smsexec",
        [Name<FirstStart>()] = "smsexec",
    };

    private readonly ConcurrentDictionary<string, TraceLog> _logs = new(StringComparer.Ordinal);

    /// <summary>The log of a component, for those that write it themselves.</summary>
    public TraceLog Log(string component) => _logs.GetOrAdd(component, c => TraceLog.For(disk, primary.Root, c, primary.Code, clock));

    public ILogger CreateLogger(string categoryName) => _files.TryGetValue(categoryName, out var file) ? new Writer(Log(file), primary.Code + ": ") : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public void Dispose()
    {
        // Trace logs hold no handle between lines.
    }

    private static string Name<T>() => typeof(T).FullName!;

    /// <param name="ownCode">What each line begins with anyway; said once is enough.</param>
    private sealed class Writer(TraceLog log, string ownCode) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var level = logLevel switch
                {
                    >= LogLevel.Error => TraceLevel.Error,
                    LogLevel.Warning => TraceLevel.Warning,
                    _ => TraceLevel.Information,
                };
                var text = formatter(state, exception);
                text = text.StartsWith(ownCode, StringComparison.Ordinal) ? text[ownCode.Length..] : text;
                log.Write(level, exception is null ? text : $"{text} {exception.GetType().Name}: {exception.Message}");
            }
        }
    }
}
