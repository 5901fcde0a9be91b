using System.Globalization;
using System.Text;
using System.Text.Json;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.SiteServer.Trust;

/// <summary>
/// Numbers of outgoing messages, one counter per destination, incarnation and stream. The number is on disk before it is used: after a
/// crash one may be missing, none is used twice.
/// </summary>
public sealed class SequenceNumbers(IDisk disk, SmsRoot root)
{
    private readonly Lock _gate = new();

    public long Next(string destination, Guid incarnation, string stream)
    {
        var directory = Path.Combine(root.Trust, "SEQ");
        var file = Path.Combine(directory, $"{destination}.{incarnation:N}.{stream}");
        lock (_gate)
        {
            disk.CreateDirectory(directory);
            var last = disk.FileExists(file)
                ? long.Parse(Encoding.ASCII.GetString(disk.ReadAll(file, 32)), CultureInfo.InvariantCulture)
                : 0;
            disk.Write(file, Encoding.ASCII.GetBytes((last + 1).ToString(CultureInfo.InvariantCulture)));
            return last + 1;
        }
    }
}

/// <summary>Which sequence numbers of one stream have been seen: all up to <see cref="Floor"/> and those in <see cref="Above"/>.</summary>
public sealed record SequenceWindow(long Floor, IReadOnlyList<long> Above)
{
    /// <summary>Numbers remembered above the floor; past that the lowest gap is given up.</summary>
    public const int Width = 1024;

    public static SequenceWindow Empty { get; } = new(0, []);

    public bool Contains(long sequence) => sequence <= Floor || Above.Contains(sequence);

    public SequenceWindow With(long sequence)
    {
        if (Contains(sequence))
        {
            return this;
        }

        var above = new SortedSet<long>(Above) { sequence };
        var floor = Floor;
        while (above.Count > 0 && (above.Min == floor + 1 || above.Count > Width))
        {
            floor = above.Min;
            above.Remove(floor);
        }

        return new SequenceWindow(floor, [.. above]);
    }
}

/// <summary>The windows of all streams this site receives, on disk.</summary>
public sealed class ReceivedSequences(IDisk disk, SmsRoot root)
{
    private const int MaximumFile = 64 << 10;

    public bool Contains(Envelope envelope) => Load(File(envelope)).Contains(envelope.Sequence);

    public void Add(Envelope envelope)
    {
        var file = File(envelope);
        disk.CreateDirectory(Path.GetDirectoryName(file)!);
        disk.Write(file, JsonSerializer.SerializeToUtf8Bytes(Load(file).With(envelope.Sequence), SiteJson.Default.SequenceWindow));
    }

    /// <summary>A window that cannot be read is not an empty one: everything that ever came would be new again.</summary>
    private SequenceWindow Load(string file) =>
        !disk.FileExists(file)
            ? SequenceWindow.Empty
            : SiteJson.TryRead(disk.ReadAll(file, MaximumFile), SiteJson.Default.SequenceWindow, out var error)
                ?? throw new InvalidDataException($"The numbers received so far, {file}, cannot be read: {error}");

    private string File(Envelope envelope) =>
        Path.Combine(root.Trust, "RCV", $"{envelope.Source}.{envelope.Incarnation:N}.{(envelope.Stream == EnvelopeStreams.Status ? EnvelopeStreams.Status : EnvelopeStreams.Control)}");
}
