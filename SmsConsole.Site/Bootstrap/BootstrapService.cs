using System.Globalization;
using System.Text;
using System.Text.Json;
using SmsConsole.SiteServer.Content;
using SmsConsole.SiteServer.Formats;
using SmsConsole.SiteServer.Spool;
using SmsConsole.SiteServer.Trust;

namespace SmsConsole.SiteServer;

/// <summary>How a run of the Bootstrap service ended.</summary>
public enum BootstrapOutcome
{
    /// <summary>One of the two packages is still to come.</summary>
    Waiting,

    /// <summary>The components are in their slot and the pointer names them.</summary>
    Installed,

    /// <summary>The installation has stopped; BOOTSTRP.LOG, the event and the parent say why.</summary>
    Stopped,
}

/// <summary>
/// The Bootstrap service (seed 000): receives BOOTSTRP.PK1, the SMS site package, and BOOTSTRP.PK2, the site control file; verifies them, checks
/// disk space, unpacks into a component slot and hands over to Site Configuration Manager.
/// <list type="bullet">
/// <item>Woken by an instruction in RECEIVE; the timer is the guarantee.</item>
/// <item>Reads BOOTSTRP.CFG and RECEIVE.</item>
/// <item>May write below its own root, and BOOTSTRP.LOG beside it.</item>
/// <item>Killed here: every step looks first whether it is done; until the pointer is switched, nothing that counts has changed.</item>
/// </list>
/// </summary>
public sealed class BootstrapService(IDisk disk, SmsRoot root, SiteIdentity identity, StatusManager status, TraceLog log)
{
    /// <summary>Kept free beside the components, for spool and logs, in bytes.</summary>
    public const long Reserve = 64L << 20;

    private const int MaximumOrder = 16 << 10;
    private const int OutOfSpace = 28; // ENOSPC
    private const int OutOfSpaceWindows = unchecked((int)0x80070070);
    private readonly ParentKey _keys = new(identity);
    private readonly ReceivedSequences _received = new(disk, root);

    /// <summary>The event that was raised for a reason that is not in the packages. Nothing is set aside then, so whoever starts the service again must not raise it again.</summary>
    private string StoppedFile => Path.Combine(root.Path, "SITE.SRV", "BOOTSTRP.STP");

    /// <summary>There from before the components are in use until the site server is registered with its machine, or cannot be: killed between the two, this service is started again.</summary>
    public static string HandoverFile(SmsRoot root) => Path.Combine(root.Path, "SITE.SRV", "HANDOVER");

    public static string LockFile(SmsRoot root) => Path.Combine(root.Path, "SITE.SRV", "BOOTSTRP.LCK");

    /// <summary>
    /// Takes up the parent's order: makes the site's key, writes the confirmation with the proof of the token, then burns the token. Null when there is no order.
    /// </summary>
    public static SiteIdentity? Enrol(IDisk disk, SmsRoot root, TimeProvider clock)
    {
        var order = disk.FileExists(root.BootstrapOrder)
            ? SiteJson.TryRead(disk.ReadAll(root.BootstrapOrder, MaximumOrder), SiteJson.Default.BootstrapOrder, out _)
            : null;
        if (order is null)
        {
            return SiteIdentity.Load(disk, root);
        }

        var identity = new SiteIdentity(order.SiteCode, order.ParentCode, order.Incarnation, order.ParentPublicKey, order.ReturnAddress);
        if (order.Token.Length > 0)
        {
            using var key = SiteKey.LoadOrCreate(disk, root);
            identity.Save(disk, root);
            var publicKey = Convert.ToBase64String(key.PublicKey);
            var enrolment = new Enrolment(
                order.SiteCode,
                order.Incarnation,
                publicKey,
                EnrolmentProof.Compute(order.Token, order.SiteCode, order.Incarnation, publicKey),
                SiteProgram.Version,
                clock.GetUtcNow(),
                SiteProgram.IsSelfContained(AppContext.BaseDirectory) ? System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier : null);
            disk.Write(root.BootstrapConfirmation, JsonSerializer.SerializeToUtf8Bytes(enrolment, SiteJson.Default.Enrolment));
            disk.Write(root.BootstrapOrder, JsonSerializer.SerializeToUtf8Bytes(order with { Token = string.Empty }, SiteJson.Default.BootstrapOrder), ownerOnly: true);
        }

        return identity;
    }

    /// <summary>One look at what has arrived, and the installation once both packages are here.</summary>
    public async Task<BootstrapOutcome> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (ComponentSlots.Current(disk, root) is not null)
        {
            return BootstrapOutcome.Installed;
        }

        foreach (var file in disk.ListFiles(root.Receive, "*.INS"))
        {
            if (await TakeAsync(file, cancellationToken) is { } failure)
            {
                return Stop(failure);
            }
        }

        var has1 = disk.FileExists(Instruction1) && disk.FileExists(root.Package1);
        var has2 = disk.FileExists(Instruction2) && disk.FileExists(root.Package2);
        if (!has1 || !has2)
        {
            return BootstrapOutcome.Waiting;
        }

        return await InstallAsync(cancellationToken) is { } error ? Stop(error) : BootstrapOutcome.Installed;
    }

    private string Instruction1 => Path.ChangeExtension(root.Package1, ".I01");

    private string Instruction2 => Path.ChangeExtension(root.Package2, ".I02");

    /// <summary>Places a received package in the SMS root directory as PK1 or PK2 and verifies it there.</summary>
    private async Task<Failure?> TakeAsync(string file, CancellationToken cancellationToken)
    {
        var instruction = ReadInstruction(file, out var error);
        var payload = Path.ChangeExtension(file, ".PCK");
        if (instruction?.Envelope.Type is not (EnvelopeTypes.SitePackage or EnvelopeTypes.SiteControl))
        {
            error = instruction is null ? error : $"The Bootstrap service takes no package of type {instruction.Envelope.Type}.";
            Inbox.SetAside(disk, root.Receive, error, null, payload, file);
            log.Warning($"{Path.GetFileName(file)} set aside: {error}");
            return null;
        }

        var first = instruction.Envelope.Type == EnvelopeTypes.SitePackage;
        var package = first ? root.Package1 : root.Package2;
        if (disk.FileExists(payload))
        {
            disk.Move(payload, package);
        }

        disk.Delete(StoppedFile);
        disk.Move(file, first ? Instruction1 : Instruction2);
        log.Information($"Received {Path.GetFileName(package)}, {disk.Length(package)} bytes.");
        return await VerifyAsync(first, cancellationToken);
    }

    private ReadInstruction? ReadInstruction(string file, out string error)
    {
        try
        {
            return Instruction.TryRead(disk.ReadAll(file, Instruction.MaximumLength), out error);
        }
        catch (InvalidDataException e)
        {
            error = e.Message;
            return null;
        }
    }

    /// <summary>Signature, addressee, length and hash; for PK2 also that it is this site's control file.</summary>
    private async Task<Failure?> VerifyAsync(bool first, CancellationToken cancellationToken)
    {
        var package = first ? root.Package1 : root.Package2;
        var name = Path.GetFileName(package);
        var eventId = first ? SiteEvents.Package1Invalid : SiteEvents.Package2Invalid;
        var instruction = ReadInstruction(first ? Instruction1 : Instruction2, out var error);
        if (instruction is null)
        {
            return new Failure(eventId, first, $"{name} is invalid: {error}");
        }

        var envelope = instruction.Envelope;
        var key = await _keys.FindAsync(envelope.Source, envelope.Incarnation, cancellationToken);
        if (key is null || envelope.Destination != identity.SiteCode)
        {
            return new Failure(eventId, first, $"{name} is invalid: it does not come from {identity.ParentCode} for this installation of {identity.SiteCode}.");
        }

        if (!Instruction.IsSignedBy(instruction, key))
        {
            return new Failure(eventId, first, $"{name} is invalid: it is not signed by {identity.ParentCode}.");
        }

        if (!disk.FileExists(package))
        {
            return new Failure(SiteEvents.PackageDisappeared, first, $"{name} has disappeared.", envelope.JobId);
        }

        if (!await PayloadCheck.MatchesAsync(disk, package, envelope, cancellationToken))
        {
            return new Failure(eventId, first, $"{name} is invalid: its content is not what {identity.ParentCode} signed ({disk.Length(package)} of {envelope.Length} bytes).", envelope.JobId);
        }

        return first || CheckControlFile() is not { } failure ? null : failure with { JobId = envelope.JobId };
    }

    private Failure? CheckControlFile()
    {
        var name = Path.GetFileName(root.Package2);
        if (disk.Length(root.Package2) > SiteControlFile.MaxBytes)
        {
            return new Failure(SiteEvents.Package2NotDecompressed, false, $"{name} could not be unpacked: it is larger than a site control file may be.");
        }

        // What the parent signed arrived whole: it is the content that cannot be used.
        var parsed = SiteControlFile.Parse(disk.ReadAll(root.Package2, SiteControlFile.MaxBytes));
        if (parsed.Value is not { } file)
        {
            return new Failure(SiteEvents.Package2NotDecompressed, false, $"{name} could not be unpacked: {parsed.Error}");
        }

        return file.Image.TargetSite == identity.SiteCode
            ? null
            : new Failure(SiteEvents.Package2Invalid, false, $"{name} is for site {file.Image.TargetSite}.");
    }

    /// <summary>Space, unpacking into the idle slot, directories, the site control file, and last the switch.</summary>
    private async Task<Failure?> InstallAsync(CancellationToken cancellationToken)
    {
        foreach (var first in (bool[])[true, false])
        {
            if (await VerifyAsync(first, cancellationToken) is { } failure)
            {
                return failure;
            }
        }

        // Verified just now: the parent's own words.
        var jobId = ReadInstruction(Instruction1, out _)?.Envelope.JobId;
        var slot = ComponentSlots.Idle(disk, root);
        try
        {
            var manifest = await SitePackage.ReadManifestAsync(disk, root.Package1, cancellationToken);
            var needed = manifest.TotalLength + Reserve;
            var free = disk.FreeSpace(root.Path);
            if (free < needed)
            {
                return new Failure(SiteEvents.NotEnoughDiskSpace, null, $"Not enough disk space for the site server: {needed >> 20} MB are needed at {root.Path}, {free >> 20} MB are free.", jobId);
            }

            disk.DeleteDirectory(slot);
            await SitePackage.ExtractAsync(disk, root.Package1, slot, cancellationToken);
            foreach (var directory in (string[])[root.SiteConfigBox, root.ToSend, root.Outbox(Scheduler.LanOutbox), root.Receive, root.StatusBox, root.Logs])
            {
                disk.CreateDirectory(directory);
            }

            var map = Path.Combine(slot, "SYSTEM.MAP");
            if (disk.FileExists(map))
            {
                disk.Write(root.SystemMap, disk.ReadAll(map, 1 << 20));
            }

            Accept();
            disk.Write(HandoverFile(root), []);
            ComponentSlots.Switch(disk, root, slot);
            disk.Delete(StoppedFile);
            log.Information($"Components {manifest.Version} are in {slot}.");
            return null;
        }
        catch (InvalidDataException e)
        {
            return new Failure(SiteEvents.Package1NotDecompressed, true, $"{Path.GetFileName(root.Package1)} could not be unpacked: {e.Message}", jobId);
        }
        catch (IOException e) when (e.HResult is OutOfSpace or OutOfSpaceWindows || disk.FreeSpace(root.Path) < Reserve / 8)
        {
            disk.DeleteDirectory(slot); // else there is no room even for the message that says so
            return new Failure(SiteEvents.NotEnoughDiskSpace, null, $"The disk became full while unpacking: {e.Message}", jobId);
        }
    }

    /// <summary>
    /// Hands the site control file to Site Configuration Manager, and counts both packages as received: sent again after a lost acknowledgement, the
    /// Despooler must know them, or an old site control file would be applied over a newer one.
    /// </summary>
    private void Accept()
    {
        foreach (var file in (string[])[Instruction1, Instruction2])
        {
            if (ReadInstruction(file, out _) is { } instruction)
            {
                _received.Add(instruction.Envelope);
                if (file == Instruction2)
                {
                    disk.Write(Path.Combine(root.SiteConfigBox, "_INIT.ENV"), instruction.SignedBytes);
                }
            }
        }

        disk.Write(Path.Combine(root.SiteConfigBox, "_INIT.CT1"), disk.ReadAll(root.Package2, SiteControlFile.MaxBytes));
    }

    /// <summary>Trace log, event, and what is bad goes, so that a retry brings it anew (a full disk is no fault of the packages).</summary>
    private BootstrapOutcome Stop(Failure failure)
    {
        var text = failure.Text + " The installation has stopped.";
        if (failure.First is { } first)
        {
            // Told before anything is moved: killed between the two it is told twice, the other way round never.
            status.Raise(SiteComponents.Bootstrap, failure.EventId, TraceLevel.Error, text, failure.JobId);
            Inbox.SetAside(disk, root.Receive, failure.Text, null, first ? root.Package1 : root.Package2, first ? Instruction1 : Instruction2);
        }
        else if (!disk.FileExists(StoppedFile))
        {
            status.Raise(SiteComponents.Bootstrap, failure.EventId, TraceLevel.Error, text, failure.JobId);
            disk.Write(StoppedFile, Encoding.ASCII.GetBytes(failure.EventId.ToString(CultureInfo.InvariantCulture)));
        }
        else
        {
            log.Error(text);
        }

        return BootstrapOutcome.Stopped;
    }

    /// <param name="First">The package at fault: PK1, PK2, or neither.</param>
    /// <param name="JobId">
    /// The parent's job that brought it: a parent that has sent another one since does not fail the site again. Null where the package was not signed
    /// by the parent, whose word it therefore is not.
    /// </param>
    private sealed record Failure(int EventId, bool? First, string Text, string? JobId = null);
}
