using System.Text;

namespace SmsConsole.SiteServer.Tests.Formats;

/// <summary>Seeded damage to good files: what a disk, a line or an enemy may do to them.</summary>
internal static class Mutations
{
    private static readonly byte[][] Pieces =
        [.. new[] { "<", ">", "\"", ",", "=", "{", "}", "BEGIN_", "END_", "#99(", ")", "\r", "\n", "%", "\0", "\u00ff", "4294967296", ";" }.Select(Encoding.Latin1.GetBytes)];

    public static void Run(byte[][] inputs, int seed, int count, Action<byte[]> check)
    {
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            List<byte> bytes = [.. inputs[random.Next(inputs.Length)]];
            for (int cuts = random.Next(1, 4); cuts > 0; cuts--)
            {
                Mutate(bytes, random);
            }

            byte[] input = [.. bytes];
            try
            {
                check(input);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}, mutation {i}:\n{Encoding.Latin1.GetString(input)}", e);
            }
        }
    }

    private static void Mutate(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        int length = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(5))
        {
            case 0 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
            case 1: bytes.RemoveRange(at, length); break;
            case 2: bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length)); break;
            case 3 when random.Next(4) == 0: bytes.RemoveRange(at, bytes.Count - at); break;
            default: bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]); break;
        }
    }
}
