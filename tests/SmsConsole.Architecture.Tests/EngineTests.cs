using System.Reflection;
using Microsoft.Extensions.Logging;
using Quartz;

namespace SmsConsole.Architecture.Tests;

/// <summary>Rules of the engine's workers and logs.</summary>
public class EngineTests
{
    [Fact]
    public void QuartzJobs_NeverRunTwiceAtATime()
    {
        var jobs = Repository.Load("SmsConsole.Engine").GetTypes().Where(t => t.IsAssignableTo(typeof(IJob)) && !t.IsAbstract).ToList();

        Assert.NotEmpty(jobs);
        Assert.All(jobs, j => Assert.True(j.IsDefined(typeof(DisallowConcurrentExecutionAttribute)), j.Name));
    }

    [Fact]
    public void LogEvents_HaveIdsOfTheirOwn()
    {
        var ids = Repository.Assemblies.Keys
            .SelectMany(p => Repository.Load(p).GetTypes())
            .SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(m => (Method: $"{m.DeclaringType}.{m.Name}", m.GetCustomAttribute<LoggerMessageAttribute>()?.EventId))
            .Where(m => m.EventId is not null)
            .GroupBy(m => m.EventId)
            .Where(g => g.Count() > 1)
            .Select(g => string.Join(", ", g.Select(m => m.Method)));

        Assert.Empty(ids);
    }
}
