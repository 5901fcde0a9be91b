using System.Runtime.InteropServices;
using System.Text;

namespace SmsConsole.SiteServer.Spool;

/// <summary>The file system of this machine.</summary>
public sealed partial class PhysicalDisk : IDisk
{
    /// <summary>Extension of files that are being written; no listing shows them.</summary>
    private const string Temporary = ".tmp~";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private PhysicalDisk()
    {
    }

    public static PhysicalDisk Instance { get; } = new();

    public bool FileExists(string path) => File.Exists(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    public void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(path);
        if (parent is not null)
        {
            CreateDirectory(parent);
        }

        Directory.CreateDirectory(path);
        FlushDirectory(parent);
    }

    public IReadOnlyList<string> ListFiles(string directory, string pattern = "*")
    {
        try
        {
            var files = Directory.GetFiles(directory, pattern);
            files = Array.FindAll(files, f => !f.EndsWith(Temporary, StringComparison.Ordinal));
            Array.Sort(files, StringComparer.Ordinal);
            return files;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    public IReadOnlyList<string> ListDirectories(string directory)
    {
        try
        {
            var directories = Directory.GetDirectories(directory);
            Array.Sort(directories, StringComparer.Ordinal);
            return directories;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    public IReadOnlyList<string> ListUnfinished(string directory)
    {
        try
        {
            return Directory.GetFiles(directory, "*" + Temporary);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    public long Length(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : -1;
    }

    public DateTimeOffset LastWriteTime(string path) => File.GetLastWriteTimeUtc(path);

    public byte[] ReadAll(string path, long limit)
    {
        using var stream = OpenRead(path);
        if (stream.Length > limit)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)} has {stream.Length} bytes; at most {limit} are read.");
        }

        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    public Stream OpenRead(string path) => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);

    public void Write(string path, ReadOnlySpan<byte> content, bool ownerOnly = false)
    {
        var part = $"{path}.{Guid.NewGuid():N}{Temporary}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (ownerOnly && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using (var stream = new FileStream(part, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }

        FlushDirectory(Path.GetDirectoryName(path));
    }

    public Stream OpenWrite(string path, long offset)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 1 << 16);
        stream.SetLength(offset);
        stream.Seek(offset, SeekOrigin.Begin);
        return stream;
    }

    public void Flush(Stream stream)
    {
        if (stream is FileStream file)
        {
            // The name of a new file is on disk only once its directory is.
            file.Flush(flushToDisk: true);
            FlushDirectory(Path.GetDirectoryName(file.Name));
        }
        else
        {
            stream.Flush();
        }
    }

    public void Move(string source, string target)
    {
        File.Move(source, target, overwrite: true);
        var directory = Path.GetDirectoryName(target);
        FlushDirectory(directory);
        var other = Path.GetDirectoryName(source);
        if (other != directory)
        {
            FlushDirectory(other);
        }
    }

    public void Delete(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        File.Delete(path);
        FlushDirectory(Path.GetDirectoryName(path));
    }

    public void DeleteDirectory(string path)
    {
        var directory = new DirectoryInfo(path);
        if (directory.LinkTarget is not null)
        {
            directory.Delete();
        }
        else if (directory.Exists)
        {
            directory.Delete(recursive: true);
        }

        FlushDirectory(Path.GetDirectoryName(path));
    }

    public void AppendLine(string path, string line)
    {
        // One write of one buffer opened for appending: lines of several processes do not mix.
        using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }

    public long FreeSpace(string path)
    {
        var existing = Path.GetFullPath(path);
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing) ?? throw new IOException($"There is no drive {Path.GetPathRoot(Path.GetFullPath(path))}.");
        }

        return new DriveInfo(existing).AvailableFreeSpace;
    }

    /// <summary>A rename or a new name is on disk only once its directory is.</summary>
    private static void FlushDirectory(string? path)
    {
        if (OperatingSystem.IsWindows() || string.IsNullOrEmpty(path))
        {
            return; // NTFS journals names by itself
        }

        var handle = Native.Open(path, Native.CloseOnExec);
        if (handle < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is Native.NoEntry or Native.NotADirectory)
            {
                return; // removed meanwhile: nothing left to keep
            }

            throw new IOException($"Cannot open the directory {path} to flush it: error {error}.");
        }

        try
        {
            if (Native.Fsync(handle) != 0)
            {
                throw new IOException($"Cannot flush the directory {path}: error {Marshal.GetLastPInvokeError()}.");
            }
        }
        finally
        {
            _ = Native.Close(handle);
        }
    }

    private static partial class Native
    {
        internal const int NoEntry = 2;
        internal const int NotADirectory = 20;

        /// <summary>Programs started meanwhile must not inherit the directory.</summary>
        internal static readonly int CloseOnExec = OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsMacOS() ? 0x1000000 : 0;

        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
        internal static partial int Fsync(int handle);

        [LibraryImport("libc", EntryPoint = "close")]
        internal static partial int Close(int handle);
    }
}
