namespace SmsConsole.Data.Queries;

/// <summary>When a phase began and ended, as the site's history tells.</summary>
internal sealed record PhaseSpan(int Number, PhaseState State, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);

/// <summary>
/// The four phases out of a site's state and history. A retry may go back to an earlier phase: what lay behind it is then ahead again,
/// whatever the history says of the first attempt.
/// </summary>
internal static class Phases
{
    public const int Count = 4;

    /// <summary>The job that carries a phase; none for 4, which the site itself carries.</summary>
    public static JobType? JobOf(int phase) => phase switch
    {
        1 => JobType.Bootstrap,
        2 => JobType.SiteInstall,
        3 => JobType.SiteControl,
        _ => null,
    };

    /// <param name="history">Oldest first.</param>
    public static IReadOnlyList<PhaseSpan> Of(SiteRow site, IReadOnlyList<SiteHistoryRow> history) =>
        [.. Enumerable.Range(1, Count).Select(number => Of(number, site, history))];

    public static PhaseRow Row(PhaseSpan span, SiteRow site, JobRow? job, string? failure) => new(
        span.Number,
        span.State,
        span.StartedAt,
        span.EndedAt,
        job?.Id,
        job?.Comment,
        job?.BytesTotal ?? 0,
        job?.BytesSent ?? 0,
        span.State == PhaseState.Running ? site.WaitingFor ?? job?.WaitingFor : null,
        span.State == PhaseState.Failed ? failure ?? job?.Reason : null);

    private static PhaseSpan Of(int number, SiteRow site, IReadOnlyList<SiteHistoryRow> history)
    {
        var started = history.LastOrDefault(h => Enters(h, number))?.At;
        var state = State(number, site, started);
        return state switch
        {
            PhaseState.Waiting => new PhaseSpan(number, state, null, null),
            PhaseState.Running => new PhaseSpan(number, state, started, null),
            PhaseState.Failed => new PhaseSpan(number, state, started, history.LastOrDefault(h => h.ToStatus == SiteStatus.Failed)?.At),
            PhaseState.Done => new PhaseSpan(number, state, started, history.LastOrDefault(h => Completes(h, number))?.At),
        };
    }

    private static PhaseState State(int number, SiteRow site, DateTimeOffset? started)
    {
        if (site.Status is SiteStatus.Active or SiteStatus.Deleted)
        {
            // Without the phase in its history it was attached, not installed from here.
            return started is null ? PhaseState.Waiting : PhaseState.Done;
        }

        return site.Phase.CompareTo(number) switch
        {
            > 0 => PhaseState.Done,
            < 0 => PhaseState.Waiting,
            0 => site.Status == SiteStatus.Failed ? PhaseState.Failed : PhaseState.Running,
        };
    }

    /// <summary>A step into the phase from another one, or a retry in it.</summary>
    private static bool Enters(SiteHistoryRow step, int phase) =>
        step.ToPhase == phase
        && step.ToStatus is (SiteStatus.Pending or SiteStatus.Upgrade)
        && (step.FromPhase != phase || step.FromStatus == SiteStatus.Failed);

    private static bool Completes(SiteHistoryRow step, int phase) =>
        step.FromPhase == phase
        && ((step.ToPhase > phase && step.ToStatus != SiteStatus.Failed) || step.ToStatus == SiteStatus.Active);
}
