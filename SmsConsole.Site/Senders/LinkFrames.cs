using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SmsConsole.SiteServer;

/// <summary>Reads and writes the frames of a link. Lengths are judged before memory is taken.</summary>
internal static class LinkFrames
{
    private const int MaximumHeader = 1 << 20;

    public static async Task WriteAsync<T>(Stream stream, T header, JsonTypeInfo<T> type, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(header, type);
        var frame = new byte[4 + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, json.Length);
        json.CopyTo(frame, 4);
        await stream.WriteAsync(frame, cancellationToken);
        if (data.Length > 0)
        {
            await stream.WriteAsync(data, cancellationToken);
        }

        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Null at the end of the stream between two frames.</summary>
    /// <exception cref="InvalidDataException">It is not a frame.</exception>
    public static async Task<T?> ReadAsync<T>(Stream stream, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var head = new byte[4];
        var read = await stream.ReadAtLeastAsync(head, 4, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
        {
            return null;
        }

        var length = read == 4 ? BinaryPrimitives.ReadInt32LittleEndian(head) : -1;
        if (length is < 2 or > MaximumHeader)
        {
            throw new InvalidDataException("The other side does not speak the link protocol.");
        }

        var json = new byte[length];
        await stream.ReadExactlyAsync(json, cancellationToken);
        return SiteJson.TryRead(json, type, out var error) ?? throw new InvalidDataException("A frame cannot be read: " + error);
    }
}

/// <summary>The next bytes of a stream, as a stream that ends after them.</summary>
internal sealed class BoundedStream(Stream inner, long length) : Stream
{
    private readonly long _length = length;
    private long _left = length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _length - _left;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0)
        {
            return 0;
        }

        var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = _left == 0 ? 0 : inner.Read(buffer, offset, (int)Math.Min(count, _left));
        _left -= read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
