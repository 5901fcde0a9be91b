namespace SmsConsole.Data;

/// <summary>A row whose <see cref="Revision"/> grows by one with each change and is compared by every writer.</summary>
internal interface IRevisioned
{
    long Revision { get; set; }
}
