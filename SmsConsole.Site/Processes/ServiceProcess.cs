using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace SmsConsole.SiteServer;

/// <summary>
/// This process as a service of Windows (<c>run --service</c>): says to the service control manager that it runs, is told by it to stop, and says how it
/// ended. One that dies says nothing, and is started again.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class ServiceProcess
{
    private const int OwnProcess = 0x10;
    private const int Stopped = 1;
    private const int StopPending = 3;
    private const int Running = 4;
    private const int AcceptStopAndShutdown = 1 | 4;
    private const int ControlStop = 1;
    private const int ControlShutdown = 5;
    private const int ServiceSpecificError = 1066;
    private const int StopWithinMilliseconds = 20_000;

    private static readonly CancellationTokenSource _stop = new();
    private static string _name = "";
    private static Func<CancellationToken, Task<int>> _serve = _ => Task.FromResult(0);
    private static nint _status;
    private static int _result;

    /// <summary>Returns when the service has ended, with what it returned.</summary>
    /// <exception cref="IOException">The service control manager did not start this process.</exception>
    public static int Run(string name, Func<CancellationToken, Task<int>> serve)
    {
        (_name, _serve) = (name, serve);
        fixed (char* text = name)
        {
            var table = stackalloc TableEntry[2];
            table[0] = new TableEntry { Name = text, Main = &ServiceMain };
            table[1] = default;
            if (!Native.StartServiceCtrlDispatcher(table))
            {
                throw new IOException($"The service control manager did not start this process as {name}: {new Win32Exception().Message}");
            }
        }

        return _result;
    }

    [UnmanagedCallersOnly]
    private static void ServiceMain(int count, char** arguments)
    {
        _status = Native.RegisterServiceCtrlHandlerEx(_name, &Control, 0);
        Tell(Running, 0);
        try
        {
            _result = _serve(_stop.Token).GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            // An exception that left this method would end the process without a word of why.
            Console.Error.WriteLine("sms-site: " + e);
            _result = 1;
        }

        Tell(Stopped, _result is 0 or SiteServerProcess.AnotherServes ? 0 : _result);
    }

    [UnmanagedCallersOnly]
    private static int Control(int control, int type, nint data, nint context)
    {
        if (control is ControlStop or ControlShutdown)
        {
            Tell(StopPending, 0);
            _stop.Cancel();
        }

        return 0;
    }

    private static void Tell(int state, int result)
    {
        var status = new ServiceStatus
        {
            Type = OwnProcess,
            CurrentState = state,
            ControlsAccepted = state == Running ? AcceptStopAndShutdown : 0,
            ExitCode = result == 0 ? 0 : ServiceSpecificError,
            ServiceExitCode = result,
            WaitHint = state == StopPending ? StopWithinMilliseconds : 0,
        };
        _ = Native.SetServiceStatus(_status, &status);
    }

    private struct TableEntry
    {
        public char* Name;
        public delegate* unmanaged<int, char**, void> Main;
    }

    private static partial class Native
    {
        private const string Library = "advapi32.dll";

        [LibraryImport(Library, EntryPoint = "StartServiceCtrlDispatcherW", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static partial bool StartServiceCtrlDispatcher(TableEntry* table);

        [LibraryImport(Library, EntryPoint = "RegisterServiceCtrlHandlerExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
        internal static partial nint RegisterServiceCtrlHandlerEx(string name, delegate* unmanaged<int, int, nint, nint, int> handler, nint context);

        [LibraryImport(Library, EntryPoint = "SetServiceStatus", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static partial bool SetServiceStatus(nint service, ServiceStatus* status);
    }
}
