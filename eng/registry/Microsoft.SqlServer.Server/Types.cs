// Stand-in for the Microsoft.SqlServer.Server package, which this registry lacks. SqlClient loads these four
// types for every parameterised command, only to ask whether a value is a CLR user-defined type. SmsConsole has none.
#pragma warning disable CA1008, CA1028, CA1032, CA1813 // shapes are SqlClient's, not ours
namespace Microsoft.SqlServer.Server;

/// <summary>Serialization format of a CLR user-defined type.</summary>
public enum Format
{
    Unknown = 0,
    Native = 1,
    UserDefined = 2,
}

/// <summary>Custom serialization of a CLR user-defined type.</summary>
public interface IBinarySerialize
{
    void Read(BinaryReader r);

    void Write(BinaryWriter w);
}

/// <summary>Marks a CLR user-defined type.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public class SqlUserDefinedTypeAttribute(Format format) : Attribute
{
    public Format Format { get; } = format;

    public bool IsByteOrdered { get; set; }

    public bool IsFixedLength { get; set; }

    public int MaxByteSize { get; set; }

    public string? Name { get; set; }

    public string? ValidationMethodName { get; set; }
}

/// <summary>A CLR user-defined type that SqlClient cannot use.</summary>
public sealed class InvalidUdtException : SystemException
{
    public InvalidUdtException(string message)
        : base(message)
    {
    }
}
