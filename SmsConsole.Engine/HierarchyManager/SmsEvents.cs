using SmsConsole.Data.Status;
using SmsConsole.SiteServer;

namespace SmsConsole.Engine;

/// <summary>Numbers of the events Hierarchy Manager raises (KB122180, KB122181); those of a site itself are <see cref="SiteEvents"/>.</summary>
internal static class SmsEvents
{
    public const int CannotReadSiteControlFile = 336;
    public const int BadSiteControlFileType = 339;
    public const int InstallPackageCreated = 348;
    public const int InstallStarted = 349;
    public const int NewSiteInitiated = 350;
    public const int ActualReceived = 358;
    public const int BootstrapJobFailed = 359;
    public const int InstallJobFailed = 360;
    public const int ControlJobFailed = 361;
    public const int NoSystemMap = 387;

    /// <summary>Ours: a phase took longer than it may.</summary>
    public const int DeadlinePassed = 1110;

    /// <summary>Ours: the site control file of this primary could not be handed to its own Site Configuration Manager.</summary>
    public const int ControlFileNotPlaced = 1111;

    /// <summary>Ours: the Bootstrap Job is complete, but the confirmation it brought was refused or is gone.</summary>
    public const int ConfirmationMissing = 1112;

    /// <summary>Events of a Bootstrap service that end an installation.</summary>
    public static SiteEvent? EndsInstallation(int messageId) => messageId switch
    {
        SiteEvents.PackageDisappeared or SiteEvents.Package1Invalid or SiteEvents.NotEnoughDiskSpace or SiteEvents.Package1NotDecompressed => SiteEvent.PackageRejected,
        SiteEvents.Package2Invalid or SiteEvents.Package2NotDecompressed => SiteEvent.ControlFileRejected,
        _ => null,
    };

    /// <summary>The failure in the administrator's words.</summary>
    public static SiteFailureText Explain(int messageId, string code, string detail) => messageId switch
    {
        SiteEvents.PackageDisappeared => new(messageId, $"The packages of {code} disappeared before they could be unpacked. {detail}", "See that nothing cleans up the install directory at the site, then retry: the site package is sent again."),
        SiteEvents.Package1Invalid => new(messageId, $"The site package (BOOTSTRP.PK1) that arrived at {code} is not valid. {detail}", "Retry: the site package is sent again."),
        SiteEvents.Package2Invalid => new(messageId, $"The site control file (BOOTSTRP.PK2) that arrived at {code} is not valid. {detail}", "Retry: the site control file is sent again."),
        SiteEvents.NotEnoughDiskSpace => new(messageId, $"There is not enough free disk space at {code}. {detail}", "Free space on the volume of the install directory, then retry."),
        SiteEvents.Package1NotDecompressed => new(messageId, $"The site package could not be unpacked at {code}. {detail}", "Look into BOOTSTRP.LOG at the site, mend what it says, then retry."),
        SiteEvents.Package2NotDecompressed => new(messageId, $"The site control file could not be unpacked at {code}. {detail}", "Look into BOOTSTRP.LOG at the site, mend what it says, then retry."),
        BootstrapJobFailed => new(messageId, $"The Bootstrap Job for {code} did not succeed. {detail}", "Check host, account and install directory of the site's address, then retry."),
        InstallJobFailed => new(messageId, $"The Site Install Job for {code} did not succeed. {detail}", "Check the link to the site, then retry: sending goes on where it stopped."),
        ControlJobFailed => new(messageId, $"The Site Control Job for {code} did not succeed. {detail}", "Check the link to the site, then retry."),
        ConfirmationMissing => new(messageId, $"The Bootstrap service of {code} was started, but its confirmation cannot be taken. {detail}", "Retry: the Bootstrap service is asked for its confirmation again. A refused one lies in the BAD folder of SITECFG.BOX."),
        ControlFileNotPlaced => new(messageId, $"The site control file of {code} cannot be handed to its Site Configuration Manager. {detail}", "Mend what the reason says, then retry; it is also tried again every few minutes."),
        DeadlinePassed => new(messageId, detail, "Check that the site server runs and reaches this site, then retry. A report that arrives late still makes the site active."),
        _ => new(messageId, detail, "Retry."),
    };

    public static StatusMessage Message(DateTime at, string siteCode, int messageId, Severity severity, string text) =>
        new() { At = at, SiteCode = siteCode, Component = Components.HierarchyManager, MessageId = messageId, Severity = severity, Text = text };
}

/// <summary>Why a site failed and what a person can do about it.</summary>
internal sealed record SiteFailureText(int EventId, string Reason, string WhatToDo);
