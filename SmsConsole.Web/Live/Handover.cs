using System.IO.Compression;
using System.Text.Json;

namespace SmsConsole.Web.Live;

/// <summary>
/// What a page rendered on the server had asked, on its way to the circuit that takes the page over, so that nothing is asked twice. It travels in
/// the page (protected) and comes back in one message of limited size: what is long is left out, and asked again.
/// </summary>
internal sealed record Handover<T>(Guid Process, long Sequence, T Value);

internal static class Handover
{
    /// <summary>Of one view, compressed; a page has two at most, and a message of the circuit holds 32 KB.</summary>
    public const int MaximumLength = 6 * 1024;

    /// <summary>The numbers of a change feed mean something only to the process that gave them.</summary>
    private static readonly Guid _process = Guid.NewGuid();

    /// <summary>Null when it is too long.</summary>
    public static byte[]? Pack<T>(long sequence, T value)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new Handover<T>(_process, sequence, value));
        var packed = new byte[MaximumLength];
        return BrotliEncoder.TryCompress(json, packed, out var length, quality: 4, window: 18) ? packed[..length] : null;
    }

    /// <summary>Null when it is another process's, or of another version of the console.</summary>
    public static Handover<T>? Unpack<T>(byte[] packed)
    {
        try
        {
            using var json = new MemoryStream();
            using (var stream = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress))
            {
                stream.CopyTo(json);
            }

            var handover = JsonSerializer.Deserialize<Handover<T>>(json.GetBuffer().AsSpan(0, (int)json.Length));
            return handover?.Process == _process ? handover : null;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }
}
