using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace SmsConsole.SiteServer;

/// <summary>A service as the service control manager has it.</summary>
/// <param name="ExitCode">Of the last end, as a Win32 error; 0 for a wanted one.</param>
public sealed record ServiceEntry(string CommandLine, bool IsStopped, int ExitCode);

/// <summary>Services of this machine. All of it throws <see cref="Win32Exception"/> when the system refuses.</summary>
public interface IServiceControlManager
{
    /// <summary>Null when there is no such service.</summary>
    ServiceEntry? Find(string name);

    /// <summary>Creates a service or changes it: started at boot, and two seconds after each time it has died.</summary>
    void Put(string name, string displayName, string commandLine);

    void Start(string name);

    /// <summary>A service that is not there is deleted already.</summary>
    void Delete(string name);
}

/// <inheritdoc cref="IServiceControlManager"/>
[SupportedOSPlatform("windows")]
public sealed unsafe partial class ServiceControlManager : IServiceControlManager
{
    private const int DoesNotExist = 1060;
    private const int AlreadyRuns = 1056;
    private const int Stopped = 1;
    private const uint OwnProcess = 0x10;
    private const uint AtBoot = 2;
    private const uint LogErrors = 1;
    private const uint Unchanged = uint.MaxValue;
    private const uint ConfigFailureActions = 2;
    private const int Restart = 1;
    private const int RestartAfterMilliseconds = 2000;
    private const int RestartsAreForgottenAfterSeconds = 3600;

    /// <summary>In QUERY_SERVICE_CONFIGW, behind three 32-bit fields and up to where a pointer may lie.</summary>
    private static readonly int CommandLineAt = nint.Size == 8 ? 16 : 12;

    public ServiceEntry? Find(string name)
    {
        using var manager = Manager(Rights.Connect);
        using var service = Native.OpenService(manager, name, Rights.QueryConfig | Rights.QueryStatus);
        if (service.IsInvalid)
        {
            return Marshal.GetLastPInvokeError() == DoesNotExist ? null : throw new Win32Exception();
        }

        Check(Native.QueryServiceStatus(service, out var status));
        Native.QueryServiceConfig(service, null, 0, out var needed);
        var buffer = new byte[needed];
        fixed (byte* bytes = buffer)
        {
            Check(Native.QueryServiceConfig(service, bytes, needed, out _));
            return new ServiceEntry(new string(*(char**)(bytes + CommandLineAt)), status.CurrentState == Stopped, status.ExitCode);
        }
    }

    public void Put(string name, string displayName, string commandLine)
    {
        using var manager = Manager(Rights.Connect | Rights.CreateService);
        using var there = Native.OpenService(manager, name, Rights.ChangeConfig | Rights.Start);
        if (there.IsInvalid)
        {
            Check(Marshal.GetLastPInvokeError() == DoesNotExist);
            using var created = Native.CreateService(manager, name, displayName, Rights.ChangeConfig | Rights.Start, OwnProcess, AtBoot, LogErrors, commandLine, null, 0, null, null, null);
            Check(!created.IsInvalid);
            RestartWhenDead(created);
        }
        else
        {
            Check(Native.ChangeServiceConfig(there, Unchanged, AtBoot, Unchanged, commandLine, null, 0, null, null, null, displayName));
            RestartWhenDead(there);
        }
    }

    public void Start(string name)
    {
        using var manager = Manager(Rights.Connect);
        using var service = Native.OpenService(manager, name, Rights.Start);
        Check(!service.IsInvalid);
        Check(Native.StartService(service, 0, 0) || Marshal.GetLastPInvokeError() == AlreadyRuns);
    }

    public void Delete(string name)
    {
        using var manager = Manager(Rights.Connect);
        using var service = Native.OpenService(manager, name, Rights.Delete);
        if (service.IsInvalid && Marshal.GetLastPInvokeError() == DoesNotExist)
        {
            return;
        }

        Check(!service.IsInvalid);
        Check(Native.DeleteService(service));
    }

    private static ServiceHandle Manager(uint access)
    {
        var manager = Native.OpenSCManager(null, null, access);
        Check(!manager.IsInvalid);
        return manager;
    }

    private static void RestartWhenDead(ServiceHandle service)
    {
        var action = new FailureAction { Type = Restart, DelayMilliseconds = RestartAfterMilliseconds };
        var actions = new FailureActions { ResetSeconds = RestartsAreForgottenAfterSeconds, Count = 1, Actions = &action };
        Check(Native.ChangeServiceConfig2(service, ConfigFailureActions, &actions));
    }

    private static void Check(bool succeeded)
    {
        if (!succeeded)
        {
            throw new Win32Exception();
        }
    }

    private static class Rights
    {
        public const uint Connect = 1;
        public const uint CreateService = 2;
        public const uint QueryConfig = 1;
        public const uint ChangeConfig = 2;
        public const uint QueryStatus = 4;
        public const uint Start = 0x10;
        public const uint Delete = 0x10000;
    }

    private struct FailureAction
    {
        public int Type;
        public int DelayMilliseconds;
    }

    private struct FailureActions
    {
        public int ResetSeconds;
        public char* RebootMessage;
        public char* Command;
        public int Count;
        public FailureAction* Actions;
    }

    private sealed partial class ServiceHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle() => Native.CloseServiceHandle(handle);
    }

    private static partial class Native
    {
        private const string Library = "advapi32.dll";

        [LibraryImport(Library, EntryPoint = "OpenSCManagerW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
        internal static partial ServiceHandle OpenSCManager(string? machine, string? database, uint access);

        [LibraryImport(Library, EntryPoint = "OpenServiceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
        internal static partial ServiceHandle OpenService(ServiceHandle manager, string name, uint access);

        [LibraryImport(Library, EntryPoint = "CreateServiceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
        internal static partial ServiceHandle CreateService(
            ServiceHandle manager, string name, string displayName, uint access, uint type, uint start, uint errorControl, string commandLine, string? group, nint tag, string? dependencies, string? account, string? password);

        [LibraryImport(Library, EntryPoint = "ChangeServiceConfigW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static partial bool ChangeServiceConfig(
            ServiceHandle service, uint type, uint start, uint errorControl, string commandLine, string? group, nint tag, string? dependencies, string? account, string? password, string displayName);

        [LibraryImport(Library, EntryPoint = "ChangeServiceConfig2W", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static partial bool ChangeServiceConfig2(ServiceHandle service, uint level, void* information);

        [LibraryImport(Library, EntryPoint = "QueryServiceConfigW", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static partial bool QueryServiceConfig(ServiceHandle service, byte* buffer, uint size, out uint needed);

        [LibraryImport(Library, EntryPoint = "QueryServiceStatus", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static partial bool QueryServiceStatus(ServiceHandle service, out ServiceStatus status);

        [LibraryImport(Library, EntryPoint = "StartServiceW", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static partial bool StartService(ServiceHandle service, uint arguments, nint values);

        [LibraryImport(Library, EntryPoint = "DeleteService", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static partial bool DeleteService(ServiceHandle service);

        [LibraryImport(Library, EntryPoint = "CloseServiceHandle")]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static partial bool CloseServiceHandle(nint handle);
    }
}

/// <summary>SERVICE_STATUS of winsvc.h.</summary>
internal struct ServiceStatus
{
    public int Type;
    public int CurrentState;
    public int ControlsAccepted;
    public int ExitCode;
    public int ServiceExitCode;
    public int CheckPoint;
    public int WaitHint;
}
