using System.Diagnostics;
using System.Text;

namespace SmsConsole.SiteServer;

/// <summary>Asks the <see cref="LinkServer"/> at the far side. Its session is opened with the first question, and anew after one that was lost.</summary>
internal sealed class LinkClient(SshMaster master, LinkAddress address, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Bytes a second the slowest disk reads: a package is hashed before its arrival is confirmed.</summary>
    private const int SlowestDisk = 1 << 20;

    private Session? _session;

    /// <exception cref="LinkException">The far side refused, was silent for too long, or the connection was lost.</exception>
    public async Task<(LinkReply Reply, ReadOnlyMemory<byte> Data)> AskAsync(LinkCommand command, CancellationToken cancellationToken, ReadOnlyMemory<byte> data = default)
    {
        _session ??= await Session.OpenAsync(master, address, cancellationToken);
        using var silence = new Silence(clock, WorkOf(command, data.Length), cancellationToken);
        try
        {
            await LinkFrames.WriteAsync(_session.Input, command with { Bytes = data.Length }, SiteJson.Default.LinkCommand, data, silence.Token);
            var reply = await LinkFrames.ReadAsync(_session.Output, SiteJson.Default.LinkReply, silence.Token)
                ?? throw new IOException("The connection has ended.");
            if (reply.Error is not null)
            {
                throw new LinkException(reply.Stage ?? LinkStage.Transfer, reply.Error, reply.Retryable);
            }

            if (reply.Bytes is < 0 or > 1 << 20)
            {
                throw new InvalidDataException("An answer is longer than answers may be.");
            }

            silence.Restart(Silence.Sending(reply.Bytes));
            var answer = new byte[reply.Bytes];
            await _session.Output.ReadExactlyAsync(answer, silence.Token);
            return (reply, answer);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            var session = _session;
            _session = null;
            throw await session.ExplainAsync(address, e);
        }
        catch (OperationCanceledException e)
        {
            // Half a frame may be under way: this session is of no more use.
            var session = _session;
            _session = null;
            await session.DisposeAsync();
            if (silence.IsOver)
            {
                throw silence.Explain(address, e);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
        {
            await _session.DisposeAsync();
        }
    }

    private static TimeSpan WorkOf(LinkCommand command, int bytes) => command.Verb switch
    {
        "collect" => LinkServer.CollectWait,
        "append" => Silence.Sending(bytes),
        "commit" => TimeSpan.FromSeconds(command.Total / SlowestDisk),
        _ => TimeSpan.Zero,
    };

    /// <summary>A running <c>sms-site link</c>.</summary>
    private sealed class Session(Process process, Task<string> errors) : IAsyncDisposable
    {
        public Stream Input => process.StandardInput.BaseStream;

        public Stream Output => process.StandardOutput.BaseStream;

        public static async Task<Session> OpenAsync(SshMaster master, LinkAddress address, CancellationToken cancellationToken)
        {
            var process = master.Start(SshScripts.Link);
            var session = new Session(process, ProgramOutput.ReadEndAsync(process.StandardError, ProgramOutput.KeptErrors, CancellationToken.None));
            try
            {
                await session.Input.WriteAsync(Encoding.UTF8.GetBytes(address.Directory + "\n"), cancellationToken);
                await session.Input.FlushAsync(cancellationToken);
                return session;
            }
            catch (IOException e)
            {
                throw await session.ExplainAsync(address, e);
            }
            catch
            {
                await session.DisposeAsync();
                throw;
            }
        }

        public async Task<LinkException> ExplainAsync(LinkAddress address, Exception inner)
        {
            var ended = process.HasExited || await EndsSoonAsync();
            var code = ended ? process.ExitCode : -1;
            await DisposeAsync();
            var text = ProgramOutput.FirstLine(await errors);
            return code switch
            {
                SshScripts.NoProgram => new LinkException(LinkStage.Program, $"The site program is not at {address.Directory} on {address.Host}, or no .NET runtime is.", inner: inner),
                _ => new LinkException(LinkStage.Transfer, $"The connection to {address.Host} was lost: {text ?? inner.Message}", inner: inner),
            };
        }

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            await process.WaitForExitAsync();
            process.Dispose();
        }

        /// <summary>Its pipes break an instant before its exit code is known.</summary>
        private async Task<bool> EndsSoonAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return process.HasExited;
        }
    }
}
