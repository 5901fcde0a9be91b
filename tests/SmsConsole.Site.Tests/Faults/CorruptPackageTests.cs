using System.Text;
using SmsConsole.SiteServer.Content;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Tests.Content;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

namespace SmsConsole.SiteServer.Tests.Faults;

/// <summary>Bad packages against the real Bootstrap service: the parent hears why, nothing is installed, and sending again completes the installation.</summary>
public sealed class CorruptPackageTests
{
    [Fact]
    public async Task Bootstrap_EveryKindOfBadPackage_TellsTheParentAndInstallsTheNextGoodOne()
    {
        await using var parent = new FileParent();
        var root = new SmsRoot(parent.NewDirectory("S01"));
        parent.AddAddress(new LinkAddress("S01", "local", root.Path));
        var incarnation = Guid.NewGuid();
        var token = EnrolmentProof.NewToken();
        parent.PlaceBootstrap(parent.Order("S01", incarnation, token));
        await parent.UntilAsync(() => parent.TakeEnrolment("S01", token) is not null);

        var package = await FileParent.SitePackageAsync();
        var control = FileParent.ControlFile("S01", root.Path).ToBytes();
        var foreign = FileParent.ControlFile("S02", root.Path).ToBytes();
        var folder = Directory.CreateTempSubdirectory("other-").FullName;
        using var stranger = SiteKey.LoadOrCreate(PhysicalDisk.Instance, new SmsRoot(folder));
        var escaping = CraftedPackage.Honest(("../../evil.txt", "x"u8.ToArray()));
        var lying = CraftedPackage.Build(new PackageManifest("1.0.0", null, [CraftedPackage.File("sms-site.dll", [1, 2, 3])]), ("sms-site.dll", [1, 2, 4]));
        var number = 1000;

        void Drop(string type, byte[] signed, byte[] sent, SiteKey key, Guid of)
        {
            var name = $"BAD{++number}";
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(signed));
            var envelope = new Envelope(1, "P01", "S01", of, EnvelopeStreams.Control, number, type, signed.Length, hash, TimeProvider.System.GetUtcNow(), name);
            PhysicalDisk.Instance.CreateDirectory(root.Receive);
            PhysicalDisk.Instance.Write(Path.Combine(root.Receive, name + ".PCK"), sent);
            PhysicalDisk.Instance.Write(Path.Combine(root.Receive, name + ".INS"), Instruction.Sign(envelope, key));
        }

        var told = 0;
        async Task ExpectAsync(int eventId, string word, bool isParents = true)
        {
            told++;
            await parent.UntilAsync(() => parent.Messages().Count >= told);
            var message = parent.Messages()[^1];
            Assert.Equal(eventId, message.MessageId);
            Assert.Equal(SiteComponents.Bootstrap, message.Component);
            Assert.Equal(isParents ? $"BAD{number}" : null, message.JobId);
            Assert.Contains(word, message.Text);
            Assert.Contains($"SMS_BOOTSTRAP {eventId}: ", await File.ReadAllTextAsync(root.BootstrapLog, TestContext.Current.CancellationToken));
            Assert.Null(ComponentSlots.Current(PhysicalDisk.Instance, root));
        }

        const string Package = EnvelopeTypes.SitePackage;
        const string Control = EnvelopeTypes.SiteControl;
        Drop(Package, package, package[..(package.Length / 2)], parent.Key, incarnation);
        await ExpectAsync(382, "not what P01 signed");
        Drop(Package, package, Flip(package), parent.Key, incarnation);
        await ExpectAsync(382, "not what P01 signed");
        Drop(Package, package, package, stranger, incarnation);
        await ExpectAsync(382, "not signed by P01", isParents: false);
        Drop(Package, package, package, parent.Key, Guid.NewGuid());
        await ExpectAsync(382, "does not come from P01 for this installation", isParents: false);
        Drop(Control, control, control[..^10], parent.Key, incarnation);
        await ExpectAsync(383, "not what P01 signed");
        Drop(Control, control, control, stranger, incarnation);
        await ExpectAsync(383, "not signed by P01", isParents: false);
        Drop(Control, foreign, foreign, parent.Key, incarnation);
        await ExpectAsync(383, "is for site S02");
        var noise = Encoding.UTF8.GetBytes("noise");
        Drop(Control, noise, noise, parent.Key, incarnation);
        await ExpectAsync(386, "could not be unpacked");
        Drop(Control, control, control, parent.Key, incarnation);
        Drop(Package, escaping, escaping, parent.Key, incarnation);
        await ExpectAsync(385, "is not a name a site package may hold");
        Drop(Package, lying, lying, parent.Key, incarnation);
        await ExpectAsync(385, "is not the file the manifest names");
        var half = package[..(package.Length / 2)];
        Drop(Package, half, half, parent.Key, incarnation);
        await ExpectAsync(385, "ends too early");

        parent.PlacePackage("S01", incarnation, package, Package);
        parent.PlacePackage("S01", incarnation, control, Control);
        await parent.UntilAsync(() => parent.Reports("S01").Count > 0);
        Assert.False(File.Exists(Path.Combine(root.Path, "SITE.SRV", "evil.txt")));
        Assert.Empty(Directory.EnumerateFiles(parent.NewDirectory("."), "evil.txt", SearchOption.AllDirectories));
        Directory.Delete(folder, recursive: true);
    }

    private static byte[] Flip(byte[] bytes)
    {
        byte[] changed = [.. bytes];
        changed[bytes.Length / 2] ^= 1;
        return changed;
    }
}
