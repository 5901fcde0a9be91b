using SmsConsole.SiteServer.Spool;

namespace SmsConsole.TestKit;

/// <summary>The process died here. Not an IOException: nothing may handle it as an expected failure.</summary>
public sealed class SimulatedCrashException() : Exception("The process died here.");

/// <summary>What happens at the chosen durable operation.</summary>
public enum DiskFault
{
    /// <summary>Dies with the operation undone; bytes that were not flushed are gone, as after a power cut.</summary>
    Before,

    /// <summary>Dies with the operation done.</summary>
    After,

    /// <summary>Dies in the middle: half a temporary file, a flushed stream whose second half is zeros, half a directory removed.</summary>
    Torn,

    /// <summary>The disk is full once.</summary>
    FullOnce,

    /// <summary>The disk is full from then on, until <see cref="CrashingDisk.FreeUp"/>: nothing grows, names can still go.</summary>
    Full,
}

/// <summary>
/// A real disk that fails at its n-th durable operation. After a crash it is dead: whoever swallows the exception changes nothing any more.
/// It also notes every path outside the folders it was given.
/// </summary>
public sealed class CrashingDisk(int failAt, DiskFault fault, params string[] roots) : IDisk
{
    private const int OutOfSpace = 28; // ENOSPC
    private static readonly PhysicalDisk _disk = PhysicalDisk.Instance;
    private readonly Lock _gate = new();
    private bool _full;

    /// <summary>Durable operations so far.</summary>
    public int Count { get; private set; }

    public bool Crashed { get; private set; }

    public bool HasFailed { get; private set; }

    /// <summary>The operation that failed, for the message of a test.</summary>
    public string FailedAt { get; private set; } = "nothing";

    public List<string> Outside { get; } = [];

    /// <summary>When set, what <see cref="FreeSpace"/> says.</summary>
    public long? FakeFreeSpace { get; set; }

    /// <summary>Called before each durable operation with its name and path.</summary>
    public Action<string, string>? Before { get; set; }

    public void FreeUp() => _full = false;

    public bool FileExists(string path) => Alive(path, _disk.FileExists);

    public bool IsLink(string path) => Alive(path, _disk.IsLink);

    public bool DirectoryExists(string path) => Alive(path, _disk.DirectoryExists);

    public IReadOnlyList<string> ListUnfinished(string directory) => Alive(directory, _disk.ListUnfinished);

    public IReadOnlyList<string> ListFiles(string directory, string pattern = "*") => Alive(directory, d => _disk.ListFiles(d, pattern));

    public IReadOnlyList<string> ListDirectories(string directory) => Alive(directory, _disk.ListDirectories);

    public long Length(string path) => Alive(path, _disk.Length);

    public DateTimeOffset LastWriteTime(string path) => Alive(path, _disk.LastWriteTime);

    public byte[] ReadAll(string path, long limit) => Alive(path, p => _disk.ReadAll(p, limit));

    public Stream OpenRead(string path) => Alive(path, _disk.OpenRead);

    public long FreeSpace(string path) => Alive(path, p => FakeFreeSpace ?? (_full ? 0 : _disk.FreeSpace(p)));

    public void CreateDirectory(string path)
    {
        if (!Alive(path, _disk.DirectoryExists))
        {
            Durable("mkdir", path, grows: true, () => _disk.CreateDirectory(path));
        }
    }

    public void Write(string path, ReadOnlySpan<byte> content, bool ownerOnly = false)
    {
        var bytes = content.ToArray();
        Durable("write", path, grows: true, () => _disk.Write(path, bytes, ownerOnly), () => File.WriteAllBytes($"{path}.{Guid.NewGuid():N}.tmp~", bytes[..(bytes.Length / 2)]));
    }

    public void Move(string source, string target)
    {
        Check(source);
        Durable("move", target, grows: false, () => _disk.Move(source, target));
    }

    public void Delete(string path)
    {
        if (Alive(path, _disk.FileExists))
        {
            Durable("delete", path, grows: false, () => _disk.Delete(path));
        }
    }

    public void DeleteDirectory(string path)
    {
        if (Alive(path, _disk.DirectoryExists))
        {
            Durable("rmdir", path, grows: false, () => _disk.DeleteDirectory(path), () =>
            {
                foreach (var file in _disk.ListFiles(path).Take(1))
                {
                    _disk.Delete(file);
                }
            });
        }
    }

    public Stream OpenWrite(string path, long offset)
    {
        Stream? inner = null;
        Durable("open", path, grows: true, () => inner = _disk.OpenWrite(path, offset));
        return new WatchedStream(this, (FileStream)inner!, path, offset);
    }

    public void Flush(Stream stream) => ((WatchedStream)stream).FlushDurably();

    public void AppendLine(string path, string line)
    {
        if (Crashed)
        {
            return; // a dead process writes no log; not durable, so not counted
        }

        Check(path);
        _disk.AppendLine(path, line);
    }

    private T Alive<T>(string path, Func<string, T> read)
    {
        Check(path);
        return read(path);
    }

    private void Check(string path)
    {
        if (Crashed)
        {
            throw new SimulatedCrashException();
        }

        var full = Path.GetFullPath(path);
        if (roots.Length > 0 && !roots.Any(r => full == r || full.StartsWith(r + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
        {
            lock (_gate)
            {
                Outside.Add(full);
            }
        }
    }

    private static IOException NoSpace() => new("No space left on device", OutOfSpace);

    private void Durable(string name, string path, bool grows, Action act, Action? half = null)
    {
        Check(path);
        Before?.Invoke(name, path);
        lock (_gate)
        {
            if (Count++ != failAt)
            {
                if (_full && grows)
                {
                    throw NoSpace();
                }

                act();
                return;
            }

            HasFailed = true;
            FailedAt = $"{Count - 1} {fault} {name} {path}";
            switch (fault)
            {
                case DiskFault.After:
                    act();
                    break;
                case DiskFault.Torn:
                    half?.Invoke();
                    break;
                case DiskFault.FullOnce:
                    throw NoSpace();
                case DiskFault.Full:
                    _full = true;
                    if (grows)
                    {
                        throw NoSpace();
                    }

                    act();
                    return;
                case DiskFault.Before:
                default:
                    break;
            }

            Crashed = true;
            throw new SimulatedCrashException();
        }
    }

    /// <summary>A file that is being written: knows what was flushed, so that a power cut can take the rest.</summary>
    private sealed class WatchedStream(CrashingDisk owner, FileStream inner, string path, long offset) : Stream
    {
        private long _flushed = offset;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public void FlushDurably() => owner.Durable("flush", path, grows: true, () =>
        {
            _disk.Flush(inner);
            _flushed = inner.Position;
        }, Tear);

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (owner.Crashed)
            {
                throw new SimulatedCrashException();
            }

            if (owner._full)
            {
                throw NoSpace();
            }

            inner.Write(buffer, offset, count);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Write(buffer, offset, count);
            return Task.CompletedTask;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.ToArray(), 0, buffer.Length);
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
            if (!owner.Crashed)
            {
                inner.Flush();
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Flush();
                if (owner.Crashed && !_torn)
                {
                    inner.SetLength(Math.Min(inner.Length, _flushed));
                }

                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private bool _torn;

        /// <summary>The length reached the disk, the second half of the bytes did not.</summary>
        private void Tear()
        {
            _torn = true;
            inner.Flush();
            var end = inner.Position;
            var middle = _flushed + ((end - _flushed) / 2);
            inner.Seek(middle, SeekOrigin.Begin);
            inner.Write(new byte[end - middle]);
        }
    }
}
