namespace SmsConsole.SiteServer;

/// <summary>What <c>cksum</c> prints: the one checksum every POSIX system can compute. It tells versions and accidents apart, not forgeries.</summary>
internal static class PosixChecksum
{
    private const uint Polynomial = 0x04C11DB7;
    private static readonly uint[] _table = [.. Enumerable.Range(0, 256).Select(i => Entry((uint)i << 24))];

    /// <summary>Of a stream from where it stands to its end.</summary>
    public static async Task<uint> ComputeAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        var sum = 0U;
        var length = 0L;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            sum = Add(sum, buffer.AsSpan(0, read));
            length += read;
        }

        for (; length > 0; length >>= 8)
        {
            sum = Add(sum, [(byte)length]);
        }

        return ~sum;
    }

    private static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            sum = (sum << 8) ^ _table[(sum >> 24) ^ b];
        }

        return sum;
    }

    private static uint Entry(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 0x80000000) != 0 ? (value << 1) ^ Polynomial : value << 1;
        }

        return value;
    }
}
