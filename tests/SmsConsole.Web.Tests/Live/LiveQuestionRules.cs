using SmsConsole.Data.Queries;
using SmsConsole.Web.Live;

namespace SmsConsole.Web.Tests.Live;

/// <summary>An answer is shared by all who ask the same, so a question may hold nothing of the one who asks.</summary>
public sealed class LiveQuestionRules
{
    public static TheoryData<Type> Questions() =>
        [.. typeof(LiveQuestion<>).Assembly.GetTypes().Where(t => !t.IsAbstract && IsQuestion(t.BaseType))];

    [Theory]
    [MemberData(nameof(Questions))]
    public void Question_HoldsOnlyQueriesAndWhatIsAsked(Type question)
    {
        var held = question.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters().Select(p => p.ParameterType).ToList();

        Assert.NotEmpty(held);
        Assert.All(held, type => Assert.True(type == typeof(string) || (type.Namespace == typeof(ListQuery).Namespace && (type.IsInterface || IsRecord(type))), $"{question.Name} holds a {type.Name}."));
    }

    private static bool IsQuestion(Type? type) =>
        type is not null && ((type.IsGenericType && type.GetGenericTypeDefinition() == typeof(LiveQuestion<>)) || IsQuestion(type.BaseType));

    /// <summary>Records are compared by value; a class that is not would make every question another one.</summary>
    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
