using System.Text;

namespace SmsConsole.SiteServer.Content;

/// <summary>
/// Reads the tar inside a site package: plain files in ustar form and nothing else. The runtime's own reader also understands links and extended headers, whose
/// declared lengths it takes as memory; a package needs neither, so here they are damage. Memory is one block, whatever the headers say.
/// </summary>
internal sealed class PackageEntries(Stream stream)
{
    private const int Block = 512;
    private const int MaximumTrailer = 64 << 10;
    private readonly byte[] _block = new byte[Block];
    private long _left;
    private int _padding;

    /// <summary>Name and length of the next file, whose bytes <see cref="ReadAsync"/> gives; null at the end.</summary>
    /// <exception cref="InvalidDataException">It is not such a tar.</exception>
    public async Task<(string Name, long Length)?> NextAsync(CancellationToken cancellationToken)
    {
        if (_left > 0)
        {
            throw new InvalidOperationException("The entry before was not read to its end.");
        }

        await FillAsync(_block.AsMemory(0, _padding), cancellationToken);
        await FillAsync(_block, cancellationToken);
        if (!_block.AsSpan().ContainsAnyExcept((byte)0))
        {
            await ReadTrailerAsync(cancellationToken);
            return null;
        }

        var stored = Octal(148, 8);
        _block.AsSpan(148, 8).Fill((byte)' ');
        var sum = 0L;
        foreach (var b in _block)
        {
            sum += b;
        }

        if (sum != stored || !_block.AsSpan(257, 5).SequenceEqual("ustar"u8) || _block[156] is not ((byte)'0' or 0))
        {
            throw new InvalidDataException("The package is damaged: an entry is not a plain file.");
        }

        _left = Octal(124, 12);
        _padding = (int)((Block - (_left % Block)) % Block);
        var prefix = Text(345, 155);
        var name = Text(0, 100);
        return (prefix.Length > 0 ? prefix + "/" + name : name, _left);
    }

    /// <summary>Some of the rest of the entry; 0 at its end.</summary>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            return 0;
        }

        var read = await ReadSomeAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read > 0 ? read : throw TooShort();
    }

    private static InvalidDataException TooShort() => new("The package ends too early.");

    /// <summary>Nothing but a little padding may follow the last file.</summary>
    private async Task ReadTrailerAsync(CancellationToken cancellationToken)
    {
        await FillAsync(_block, cancellationToken);
        for (var rest = 0; !_block.AsSpan().ContainsAnyExcept((byte)0) && rest < MaximumTrailer;)
        {
            var read = await ReadSomeAsync(_block, cancellationToken);
            if (read == 0)
            {
                return;
            }

            rest += read;
        }

        throw new InvalidDataException("The package goes on after its end.");
    }

    private async Task FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        for (var done = 0; done < buffer.Length;)
        {
            var read = await ReadSomeAsync(buffer[done..], cancellationToken);
            done += read > 0 ? read : throw TooShort();
        }
    }

    /// <summary>What the decompressor says about bad bytes is one kind of error; a disk that cannot be read stays another.</summary>
    private async Task<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException)
        {
            throw new InvalidDataException("The package is damaged: " + e.Message, e);
        }
    }

    private long Octal(int offset, int length)
    {
        var value = 0L;
        foreach (var b in _block.AsSpan(offset, length).Trim(" \0"u8))
        {
            value = b is >= (byte)'0' and <= (byte)'7' ? (value * 8) + (b - '0') : throw new InvalidDataException("The package is damaged: a number is none.");
        }

        return value;
    }

    private string Text(int offset, int length)
    {
        var field = _block.AsSpan(offset, length);
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
