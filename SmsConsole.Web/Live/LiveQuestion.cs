using SmsConsole.Data.Queries;
using SmsConsole.Engine;

namespace SmsConsole.Web.Live;

/// <summary>
/// What a live view asks. Questions are compared by value, and views that ask the same are answered together, whoever looks at them: a question
/// holds what is asked and the queries that answer it, nothing of one viewer, page or circuit.
/// </summary>
public abstract record LiveQuestion<T>
{
    public abstract Task<T> AskAsync(CancellationToken cancellationToken);

    /// <summary>Whether a change makes the answer out of date. Called while changes are handed out: it looks at nothing but its arguments.</summary>
    /// <param name="last">The last answer; the default before the first one.</param>
    public abstract bool IsOutdatedBy(ChangeEvent change, T? last);

    /// <summary>Whether a new answer says what the last one said, apart from when: then nobody is sent it.</summary>
    public virtual bool IsSame(T last, T now) => false;
}

/// <summary>A live list. Of thousands of rows that change, few are on the page.</summary>
public abstract record LiveListQuestion<TRow> : LiveQuestion<Page<TRow>>
{
    public sealed override bool IsSame(Page<TRow> last, Page<TRow> now) => last.Total == now.Total && last.Items.SequenceEqual(now.Items);
}
