namespace SmsConsole.SiteServer;

/// <summary>
/// What runs at the far side before our own program is there. Every script is a constant: data reaches it line by line over its standard input and is only
/// ever used as a quoted variable. No script contains a single quote, because the remote shell gets it between two.
/// </summary>
internal static class SshScripts
{
    /// <summary>Exit code of a script that found the directory taken.</summary>
    public const int DirectoryTaken = 41;

    /// <summary>Exit code of <see cref="Link"/> when there is no program to run.</summary>
    public const int NoProgram = 44;

    /// <summary>Sets $dn to a dotnet that has a runtime, where one is in the usual places.</summary>
    private const string FindDotnet = """
        dn=; for c in "$(command -v dotnet 2>/dev/null)" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet /usr/local/share/dotnet/dotnet "$HOME/.dotnet/dotnet"; do
        if [ -n "$c" ] && [ -x "$c" ] && "$c" --list-runtimes >/dev/null 2>&1; then dn=$c; break; fi; done
        """;

    /// <summary>
    /// In: root. Out, a line each: system, machine, C library, user, directory state, writable, free KiB, what of another site is there
    /// (relation, mark and directory as <see cref="DirectoryOccupant"/> has them, or -), then the runtimes.
    /// </summary>
    public const string Probe = """
        IFS= read -r root || exit 2
        uname -s; uname -m
        if ls /lib/ld-musl-* >/dev/null 2>&1; then echo musl; else echo glibc; fi
        id -un
        if [ -d "$root" ]; then if [ -n "$(ls -A "$root" 2>/dev/null)" ]; then echo NotEmpty; else echo Empty; fi
        else
        state=Absent; up=$root
        while [ ! -d "$up" ]; do if [ -e "$up" ] || [ -h "$up" ]; then state=NotADirectory; fi; up=$(dirname "$up"); done
        echo $state; fi
        up=$root; while [ ! -d "$up" ]; do up=$(dirname "$up"); done
        if [ -w "$up" ]; then echo yes; else echo no; fi
        df -Pk "$up" | tail -n 1 | awk "{print \$4}"
        marked() { for m in SITE.SRV BOOTSTRP.CFG SiteControl.db; do if [ -e "$1/$m" ]; then return 0; fi; done; return 1; }
        real=$(cd -P "$up" 2>/dev/null && pwd -P) || real=$up
        found=-
        if [ "$up" = "$root" ] && marked "$real"; then found="Same $m $real"
        else
        a=$real; if [ "$up" = "$root" ]; then a=$(dirname "$a"); fi
        while :; do
        if marked "$a"; then found="Inside $m $a"; break; fi
        case "$a" in /|.) break ;; esac
        a=$(dirname "$a")
        done
        fi
        if [ "$found" = - ] && [ "$up" = "$root" ]; then
        b=$(find "$real" -maxdepth 4 "(" -name SITE.SRV -o -name BOOTSTRP.CFG -o -name SiteControl.db ")" 2>/dev/null | head -n 1)
        if [ -n "$b" ]; then found="Above $(basename "$b") $(dirname "$b")"; fi
        fi
        printf "%s\n" "$found"
        """ + "\n" + FindDotnet + "\n" + """
        if [ -n "$dn" ]; then "$dn" --list-runtimes 2>/dev/null; fi
        exit 0
        """;

    /// <summary>
    /// In: root. Out: the order that is there already, if any. Fails with <see cref="DirectoryTaken"/> where the directory holds something else. An unfinished
    /// order is ours; everything else comes after the order, so that a directory half filled by us is known as ours.
    /// </summary>
    public const string Prepare = """
        umask 077
        IFS= read -r root || exit 2
        if [ -f "$root/BOOTSTRP.CFG" ]; then cat "$root/BOOTSTRP.CFG"; exit 0; fi
        if [ -d "$root" ] && [ -n "$(ls -A "$root" | grep -Fvx BOOTSTRP.CFG.PRT)" ]; then exit 41; fi
        mkdir -p "$root"
        """;

    /// <summary>In: file. Out: its POSIX checksum and length, or the length of its unfinished part with a minus sign before it.</summary>
    public const string Length = """
        IFS= read -r f || exit 2
        if [ -f "$f" ]; then cksum < "$f"; elif [ -f "$f.PRT" ]; then echo "-$(wc -c < "$f.PRT" | tr -d " ")"; else echo -0; fi
        """;

    /// <summary>
    /// In: file, offset, length and POSIX checksum of the whole, then the bytes from there on. The file appears whole, since a cut connection looks like the end
    /// of the bytes; and it is the one that was meant, since the part may be of another version.
    /// </summary>
    public const string Upload = """
        umask 077
        IFS= read -r f || exit 2
        IFS= read -r from || exit 2
        IFS= read -r whole || exit 2
        IFS= read -r sum || exit 2
        mkdir -p "$(dirname "$f")" || exit 1
        if [ "$from" = 0 ]; then : > "$f.PRT" || exit 1; fi
        cat >> "$f.PRT" || exit 1
        if [ "$(wc -c < "$f.PRT" | tr -d " ")" != "$whole" ]; then echo "The file is not whole." >&2; exit 1; fi
        set -- $(cksum < "$f.PRT")
        if [ "$1" != "$sum" ]; then rm -f "$f.PRT"; echo "What arrived is not what was sent; it is sent again." >&2; exit 1; fi
        mv -f "$f.PRT" "$f"
        """;

    /// <summary>In: root, then the frames of <see cref="LinkServer"/>.</summary>
    public const string Link = """
        IFS= read -r root || exit 2
        d=$root/BOOTSTRP.BIN
        if [ -f "$root/SITE.SRV/SITE.BIN/CURRENT" ]; then IFS= read -r slot < "$root/SITE.SRV/SITE.BIN/CURRENT"; d=$root/SITE.SRV/SITE.BIN/$slot; fi
        if [ -f "$d/System.Private.CoreLib.dll" ] || [ -f "$d/sms-site" ]; then chmod u+x "$d/sms-site"; exec "$d/sms-site" link --root "$root"; fi
        if [ ! -f "$d/sms-site.dll" ]; then exit 44; fi
        """ + "\n" + FindDotnet + "\n" + """
        if [ -z "$dn" ]; then exit 44; fi
        export DOTNET_TieredPGO=0 DOTNET_gcConcurrent=0 DOTNET_EnableDiagnostics=0
        exec "$dn" "$d/sms-site.dll" link --root "$root"
        """;

    /// <summary>The one argument the remote shell sees.</summary>
    public static string Command(string script) => "exec sh -c '" + script.Replace("\r", string.Empty, StringComparison.Ordinal) + "'";
}
