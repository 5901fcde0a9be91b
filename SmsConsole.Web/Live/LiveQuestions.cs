using SmsConsole.Engine;

namespace SmsConsole.Web.Live;

/// <summary>
/// The questions that live views of this console ask, each asked once however many look at it: twenty people who watch the same list cost the
/// database what one does. A question whose last viewer has left is forgotten.
/// </summary>
internal sealed class LiveQuestions(IChangeFeed feed, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<object, (object Query, int Viewers)> _asked = [];

    /// <summary>Looks at a question's answer from now until disposed; what is already known can be taken at once.</summary>
    /// <param name="known">What the viewer has been told before, for a question that nobody asks yet.</param>
    public LiveViewer<T> Join<T>(LiveQuestion<T> question, Handover<T>? known = null)
    {
        LiveQuery<T> query;
        lock (_gate)
        {
            var (there, viewers) = _asked.GetValueOrDefault(question);
            query = there as LiveQuery<T> ?? new LiveQuery<T>(feed, time, question);
            _asked[question] = (query, viewers + 1);
        }

        var viewer = new LiveViewer<T>(this, question, query);
        query.Add(viewer, known);
        return viewer;
    }

    internal async Task LeaveAsync<T>(LiveQuestion<T> question, LiveQuery<T> query, LiveViewer<T> viewer)
    {
        query.Remove(viewer);
        lock (_gate)
        {
            var viewers = _asked[question].Viewers - 1;
            if (viewers > 0)
            {
                _asked[question] = (query, viewers);
                return;
            }

            _asked.Remove(question);
        }

        await query.DisposeAsync();
    }
}
