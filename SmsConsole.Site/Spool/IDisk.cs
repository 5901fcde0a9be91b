namespace SmsConsole.SiteServer.Spool;

/// <summary>
/// The one way to files. Everything a component may rely on after a crash goes through the operations called durable here:
/// when one has returned, its effect survives a power cut; until then the old state is whole.
/// </summary>
public interface IDisk
{
    bool FileExists(string path);

    bool DirectoryExists(string path);

    /// <summary>True for a symbolic link or another reparse point, also one that leads nowhere.</summary>
    bool IsLink(string path);

    /// <summary>Creates the directory and its parents; durable.</summary>
    void CreateDirectory(string path);

    /// <summary>Full paths of the files of a directory in name order; empty where there is no directory.</summary>
    IReadOnlyList<string> ListFiles(string directory, string pattern = "*");

    IReadOnlyList<string> ListDirectories(string directory);

    /// <summary>Full paths of the files that <see cref="Write"/> is at work on, or has left because its process was killed. No other listing shows them.</summary>
    IReadOnlyList<string> ListUnfinished(string directory);

    /// <summary>Length in bytes, or -1 where there is no file.</summary>
    long Length(string path);

    DateTimeOffset LastWriteTime(string path);

    /// <summary>The whole file.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="limit"/> bytes; nothing was read.</exception>
    byte[] ReadAll(string path, long limit);

    Stream OpenRead(string path);

    /// <summary>Durable: a temporary file in the same directory, flush, rename, flush of the directory.</summary>
    /// <param name="ownerOnly">Readable by this account alone (keys, tokens).</param>
    void Write(string path, ReadOnlySpan<byte> content, bool ownerOnly = false);

    /// <summary>Opens for writing at <paramref name="offset"/>, cutting off what lies behind it; flush with <see cref="Flush"/>.</summary>
    Stream OpenWrite(string path, long offset);

    /// <summary>Durable: forces what was written to the file.</summary>
    void Flush(Stream stream);

    /// <summary>Durable: renames within one volume, replacing the target.</summary>
    void Move(string source, string target);

    /// <summary>Durable. No error where there is no file.</summary>
    void Delete(string path);

    /// <summary>Durable. Removes the directory and all in it, without following links. No error where there is none.</summary>
    void DeleteDirectory(string path);

    /// <summary>Appends a line; not durable (logs).</summary>
    void AppendLine(string path, string line);

    /// <summary>Bytes free for this account on the volume that holds the path.</summary>
    long FreeSpace(string path);
}
