using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Spool;

namespace SmsConsole.Engine;

/// <summary>What the primary's own Site Configuration Manager has to say goes to its log; Hierarchy Manager raises the events of its reports.</summary>
internal sealed class TraceStatus(TraceLog log) : IStatusSink
{
    public void Raise(string component, int messageId, SiteServer.Spool.TraceLevel severity, string text, string? jobId = null) => log.Write(severity, $"{component} {messageId}: {text}");
}
