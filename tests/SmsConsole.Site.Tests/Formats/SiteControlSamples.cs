namespace SmsConsole.SiteServer.Tests.Formats;

/// <summary>A small valid file to break one thing in.</summary>
internal static class SiteControlSamples
{
    public static string Text(string type = "2")
    {
        string head = $"""
            SITE CONTROL FILE [1][1.08]
            BEGIN_FILE_DEFINITION
            <{type}>
            <Proposed by test>
            <S01>
            <P01>
            <1700000000>
            <0>
            END_FILE_DEFINITION

            """;
        const string Transactions = "TRANSACTION <Heartbeat><0><0><><>\n";
        string rest = $"""
            BEGIN_SITE_ACCOUNT
            <9><S01><P01><HOST><DOM><Branch><C:\SMS><><><><><><><><><><><>
            END_SITE_ACCOUNT
            PROPERTY <Service Response><><><1>
            BEGIN_DOMAIN
            <DOM>
            <NT>
            <2>
            LOGONSERVER <HOST><><0><C:>
            END_DOMAIN
            ADDRESS <S01><P01><MS_LAN_SENDER><LAN_DEFAULT>
              #10(host=p01)
            OUTBOX <LAN_DEFAULT><><MS_LAN_SENDER><{new string('F', 168)}><1><C><HOST>
            SERVER <HOST><Default Package Server><0><>
            BEGIN_COMPONENT
            <2253>
            <SMS_DESPOOLER>
            <DESPOOL.DLL>
            <HOST>
            <C>
            END_COMPONENT
            BEGIN_SENDER
            <2765>
            <MS_LAN_SENDER>
            <SENDER.DLL>
            <C>
            <HOST>
            <SMS_LAN_SENDER>
            OUTBOX <LAN_DEFAULT>
            END_SENDER

            """;
        return (type is "4" or "5" or "6" ? head + Transactions : head + rest).Replace("\r\n", "\n");
    }
}
