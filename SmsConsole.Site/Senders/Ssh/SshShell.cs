using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace SmsConsole.SiteServer;

/// <summary>Runs constant scripts at the far side, for as long as our own program is not there. What they work with are lines and data they read, never a part of a command.</summary>
internal sealed class SshShell(SshMaster master, LinkAddress address, TimeProvider clock)
{
    /// <summary>Writes a file from an offset on, which must have that length and checksum at the end.</summary>
    public async Task UploadAsync(string target, long from, long length, uint sum, Stream content, CancellationToken cancellationToken) =>
        await RunAsync(SshScripts.Upload, [target, Text(from), Text(length), Text(sum)], content, cancellationToken);

    /// <summary>A number as scripts read it.</summary>
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Runs a constant script, its arguments a line each, then the data.</summary>
    public async Task<string> RunAsync(string script, string[] lines, Stream? data, CancellationToken cancellationToken)
    {
        if (lines.Any(l => l.AsSpan().ContainsAny('\n', '\r', '\0')))
        {
            throw new LinkException(LinkStage.Directory, "A path must be one line.", retryable: false);
        }

        using var process = master.Start(script);
        using var silence = new Silence(clock, TimeSpan.Zero, cancellationToken);
        try
        {
            var output = AnswerAsync(process, silence.Token);
            var errors = ProgramOutput.ReadEndAsync(process.StandardError, ProgramOutput.KeptErrors, silence.Token);
            try
            {
                await FeedAsync(process, string.Concat(lines.Select(l => l + "\n")), data, silence);
            }
            catch (IOException)
            {
                // It ended before it had read everything; its exit code says why.
            }

            await process.WaitForExitAsync(silence.Token);
            var answer = await output;
            return process.ExitCode switch
            {
                _ when answer is null => throw new LinkException(LinkStage.Program, $"{address.Host} answers with more than {ProgramOutput.MaximumAnswer >> 10} KiB, which no script of ours does: something else speaks there, as a greeting of the account's shell does.", retryable: false),
                0 => answer,
                SshScripts.DirectoryTaken => throw new LinkException(LinkStage.Directory, $"The directory {address.Directory} is not empty.", retryable: false),
                255 => throw SshMaster.Explain(address, await errors),
                _ => throw new LinkException(LinkStage.Directory, $"{address.Host} answered: {ProgramOutput.FirstLine(await errors) ?? "nothing"} (code {process.ExitCode})"),
            };
        }
        catch (OperationCanceledException e) when (silence.IsOver)
        {
            throw silence.Explain(address, e);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>What it takes is progress; what it has taken last may be under way for long.</summary>
    private static async Task FeedAsync(Process process, string lines, Stream? data, Silence silence)
    {
        var input = process.StandardInput.BaseStream;
        await input.WriteAsync(Encoding.UTF8.GetBytes(lines), silence.Token);
        var sent = 0L;
        var piece = data is null ? [] : new byte[1 << 16];
        while (data is not null && await data.ReadAsync(piece, silence.Token) is var read and > 0)
        {
            await input.WriteAsync(piece.AsMemory(0, read), silence.Token);
            sent += read;
            silence.Restart(TimeSpan.Zero);
        }

        process.StandardInput.Close();
        silence.Restart(Silence.Sending(Math.Min(sent, Drop.AcknowledgeEvery)));
    }

    /// <summary>Null when it says more than a script does; it is ended then, since it would wait for somebody to read on.</summary>
    private static async Task<string?> AnswerAsync(Process process, CancellationToken cancellationToken)
    {
        var answer = await ProgramOutput.ReadAsync(process.StandardOutput.BaseStream, ProgramOutput.MaximumAnswer, cancellationToken);
        if (answer is null)
        {
            process.Kill();
        }

        return answer;
    }
}
