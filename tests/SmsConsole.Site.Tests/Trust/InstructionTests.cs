using System.Text;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer.Tests.Trust;

public sealed class InstructionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trust-").FullName;
    private readonly SiteKey _key;
    private readonly SiteKey _other;

    public InstructionTests()
    {
        _key = SiteKey.LoadOrCreate(PhysicalDisk.Instance, new SmsRoot(Path.Combine(_folder, "one")));
        _other = SiteKey.LoadOrCreate(PhysicalDisk.Instance, new SmsRoot(Path.Combine(_folder, "two")));
    }

    private static Envelope Envelope { get; } =
        new(1, "P01", "S01", Guid.NewGuid(), EnvelopeStreams.Control, 7, EnvelopeTypes.SiteControl, 12, new string('a', 64), DateTimeOffset.UnixEpoch);

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void TryRead_WhatWasSigned_GivesTheEnvelopeAndItsSigner()
    {
        var read = Instruction.TryRead(Instruction.Sign(Envelope, _key), out _);
        Assert.NotNull(read);
        Assert.Equal(Envelope, read.Envelope);
        Assert.True(Instruction.IsSignedBy(read, _key.PublicKey));
        Assert.False(Instruction.IsSignedBy(read, _other.PublicKey));
        Assert.False(Instruction.IsSignedBy(read, [1, 2, 3]));
        Assert.False(Instruction.IsSignedBy(read, []));
    }

    [Fact]
    public void TryRead_EveryByteChangedEveryTruncation_IsNeverBelieved()
    {
        var signed = Instruction.Sign(Envelope, _key);
        for (var i = 0; i < signed.Length; i++)
        {
            foreach (var mask in (byte[])[0x01, 0x20, 0x80])
            {
                byte[] changed = [.. signed];
                changed[i] ^= mask;
                AssertNotBelieved(changed, $"byte {i} ^ {mask}");
            }

            AssertNotBelieved(signed[..i], $"first {i} bytes");
        }

        AssertNotBelieved([.. signed, (byte)'x'], "one byte more");
    }

    [Fact]
    public void IsSignedBy_SignatureMadeForAnotherPurpose_IsRefused()
    {
        var json = Encoding.UTF8.GetString(Instruction.TryRead(Instruction.Sign(Envelope, _key), out _)!.SignedBytes);
        var forged = $"SMSINS 1\n{Convert.ToBase64String(_key.Sign(Encoding.UTF8.GetBytes(json)))}\n{json}";
        var read = Instruction.TryRead(Encoding.UTF8.GetBytes(forged), out _);
        Assert.NotNull(read);
        Assert.False(Instruction.IsSignedBy(read, _key.PublicKey));
    }

    [Theory]
    [InlineData("s01")]
    [InlineData("CON")]
    [InlineData("../")]
    [InlineData("")]
    [InlineData("S01X")]
    public void TryRead_CodeThatIsNone_IsRefused(string code)
    {
        Assert.Null(Instruction.TryRead(Instruction.Sign(Envelope with { Source = code }, _key), out var error));
        Assert.NotEmpty(error);
        Assert.Null(Instruction.TryRead(Instruction.Sign(Envelope with { Destination = code }, _key), out _));
    }

    [Fact]
    public void TryRead_FieldsOutOfRange_AreRefused()
    {
        foreach (var bad in (Envelope[])
        [
            Envelope with { Version = 2 }, Envelope with { Length = -1 }, Envelope with { Sequence = 0 }, Envelope with { Sequence = -5 },
            Envelope with { Stream = "" }, Envelope with { Stream = "CONTROL" }, Envelope with { Stream = "../x" }, Envelope with { Stream = new string('c', 1000) },
            Envelope with { Sha256 = "" }, Envelope with { Sha256 = new string('a', 65) },
        ])
        {
            Assert.Null(Instruction.TryRead(Instruction.Sign(bad, _key), out _));
        }
    }

    [Fact]
    public void TryRead_Shapes_AreJudgedBeforeMemoryIsTaken()
    {
        foreach (var bad in (string[])["", "SMSINS 1", "SMSINS 1\n", "SMSINS 1\n\n{}", "SMSINS 2\nAAAA\n{}", "SMSINS 1\nAAAA\nnull", "SMSINS 1\nAAAA\n{}", "SMSINS 1\n*\n{}", "SMSINS 1\n" + new string('A', 5000) + "\n{}"])
        {
            Assert.Null(Instruction.TryRead(Encoding.UTF8.GetBytes(bad), out var error));
            Assert.NotEmpty(error);
        }

        Assert.Null(Instruction.TryRead(new byte[Instruction.MaximumLength + 1], out _));
        var more = Encoding.UTF8.GetString(Instruction.Sign(Envelope, _key)).Replace("\"version\"", "\"more\":1,\"version\"", StringComparison.Ordinal);
        Assert.Null(Instruction.TryRead(Encoding.UTF8.GetBytes(more), out _));
    }

    [Fact]
    public void SiteKey_LoadedAgain_IsTheSameAndItsFileIsTheOwners()
    {
        var root = new SmsRoot(Path.Combine(_folder, "one"));
        using var again = SiteKey.LoadOrCreate(PhysicalDisk.Instance, root);
        Assert.Equal(_key.PublicKey, again.PublicKey);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(root.Trust, "SITE.KEY")));
        }
    }

    [Fact]
    public void EnrolmentProof_AnythingChanged_IsInvalid()
    {
        var token = EnrolmentProof.NewToken();
        var incarnation = Guid.NewGuid();
        var enrolment = new Enrolment("S01", incarnation, "key", EnrolmentProof.Compute(token, "S01", incarnation, "key"), "1.0.0", DateTimeOffset.UnixEpoch);
        Assert.True(EnrolmentProof.IsValid(enrolment, token));
        Assert.False(EnrolmentProof.IsValid(enrolment, EnrolmentProof.NewToken()));
        Assert.False(EnrolmentProof.IsValid(enrolment, ""));
        Assert.False(EnrolmentProof.IsValid(enrolment with { PublicKey = "other" }, token));
        Assert.False(EnrolmentProof.IsValid(enrolment with { SiteCode = "S02" }, token));
        Assert.False(EnrolmentProof.IsValid(enrolment with { Incarnation = Guid.NewGuid() }, token));
        Assert.False(EnrolmentProof.IsValid(enrolment with { Proof = "" }, token));
        Assert.Matches("^[A-Za-z0-9_-]{22}$", token);
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => EnrolmentProof.NewToken()).Distinct().Count());
    }

    private void AssertNotBelieved(byte[] content, string what)
    {
        var read = Instruction.TryRead(content, out _);
        Assert.False(read is not null && Instruction.IsSignedBy(read, _key.PublicKey), what);
    }
}
