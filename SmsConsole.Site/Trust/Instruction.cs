using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace SmsConsole.SiteServer.Trust;

/// <summary>
/// The instruction file that goes with a package: <c>SMSINS 1</c>, the signature in base64, then the envelope as the exact JSON bytes
/// that were signed.
/// </summary>
public static class Instruction
{
    /// <summary>Longest instruction that is read, in bytes.</summary>
    public const int MaximumLength = 16 << 10;

    private static readonly byte[] _magic = "SMSINS 1\n"u8.ToArray();

    /// <summary>Keeps a signature of an instruction from standing for anything else the key signs.</summary>
    private static readonly byte[] _purpose = "SmsConsole instruction 1\n"u8.ToArray();

    public static byte[] Sign(Envelope envelope, SiteKey key)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(envelope, SiteJson.Default.Envelope);
        var signature = Encoding.ASCII.GetBytes(Convert.ToBase64String(key.Sign([.. _purpose, .. json])));
        return [.. _magic, .. signature, (byte)'\n', .. json];
    }

    /// <summary>Takes an instruction apart without judging its signature.</summary>
    public static ReadInstruction? TryRead(ReadOnlySpan<byte> content, out string error)
    {
        error = "It does not begin with SMSINS 1.";
        if (content.Length > MaximumLength || !content.StartsWith(_magic))
        {
            return null;
        }

        var rest = content[_magic.Length..];
        var end = rest.IndexOf((byte)'\n');
        error = "The signature is not one line of base64.";
        if (end is < 1 or > 200)
        {
            return null;
        }

        var signature = new byte[Base64.GetMaxDecodedFromUtf8Length(end)];
        if (Base64.DecodeFromUtf8(rest[..end], signature, out _, out var length) != System.Buffers.OperationStatus.Done)
        {
            return null;
        }

        var json = rest[(end + 1)..].ToArray();
        var envelope = SiteJson.TryRead(json, SiteJson.Default.Envelope, out error);
        if (envelope is null)
        {
            return null;
        }

        if (envelope.Version != 1 || envelope.Length < 0 || envelope.Sequence < 1 || envelope.Sha256.Length != 64
            || envelope.Stream is not (EnvelopeStreams.Control or EnvelopeStreams.Status)
            || !SiteCodes.IsValid(envelope.Source) || !SiteCodes.IsValid(envelope.Destination))
        {
            error = "A field of the envelope is out of its range.";
            return null;
        }

        return new ReadInstruction(envelope, signature[..length], json);
    }

    /// <summary>True when the site whose key this is signed the instruction.</summary>
    public static bool IsSignedBy(ReadInstruction instruction, ReadOnlySpan<byte> publicKey) =>
        SiteKey.Verify(publicKey, [.. _purpose, .. instruction.SignedBytes], instruction.Signature);
}

/// <summary>An instruction taken apart; nothing in it is trusted before <see cref="Instruction.IsSignedBy"/> has said so.</summary>
public sealed record ReadInstruction(Envelope Envelope, byte[] Signature, byte[] SignedBytes);
