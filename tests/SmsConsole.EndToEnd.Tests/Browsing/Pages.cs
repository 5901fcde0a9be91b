using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SmsConsole.TestKit;
using static Microsoft.Playwright.Assertions;

namespace SmsConsole.EndToEnd.Tests.Browsing;

/// <summary>What a person does on the console's pages, by the roles and names they see.</summary>
internal static class Pages
{
    /// <summary>Waits until the page answers, not only shows: before its circuit is there a click is lost.</summary>
    public static Task LiveAsync(this IPage page) => Expect(page.Locator("main:not([aria-busy=true])")).ToBeVisibleAsync();

    public static async Task GoAsync(this IPage page, string path)
    {
        await page.GotoAsync(path);
        await page.LiveAsync();
    }

    public static ILocator Heading(this IPage page, string name, int level = 1) =>
        page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = name, Level = level, Exact = true });

    public static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    public static ILocator Link(this IPage page, string name) => page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = name, Exact = true });

    /// <summary>A field by the label that stands at it.</summary>
    public static ILocator Field(this IPage page, string label) => page.GetByLabel(label, new PageGetByLabelOptions { Exact = true });

    /// <summary>What stands beside a field: its errors and checks, by what describes it to assistive technology.</summary>
    public static async Task<ILocator> BesideAsync(this IPage page, string label)
    {
        var ids = await page.Field(label).GetAttributeAsync("aria-describedby") ?? throw new InvalidOperationException($"Nothing describes the field {label}.");
        return page.Locator("#" + ids.Split(' ')[^1]);
    }

    public static async Task SignInAsync(this IPage page, string user, string password)
    {
        await page.Field("User name").FillAsync(user);
        await page.Field("Password").FillAsync(password);
        await page.Button("Sign in").ClickAsync();
    }

    /// <summary>Writes into a field and leaves it, so that the page hears of it.</summary>
    public static async Task WriteAsync(this IPage page, string label, string text)
    {
        await page.Field(label).FillAsync(text);
        await page.Field(label).BlurAsync();
    }

    /// <summary>The wizard's first step.</summary>
    public static async Task SayWhichSiteAsync(this IPage page, string code, string name, string directory)
    {
        await page.WriteAsync("Site code", code);
        await page.WriteAsync("Name", name);
        await page.WriteAsync("Install directory", directory);
    }

    public static async Task NextAsync(this IPage page, string to) => await page.Button("Next: " + to).ClickAsync();

    public static Task ChooseAsync(this IPage page, string choice) => page.GetByRole(AriaRole.Radio, new PageGetByRoleOptions { NameRegex = new Regex("^" + Regex.Escape(choice)) }).CheckAsync();

    /// <summary>From Sites through the wizard to the message, for a path on this machine.</summary>
    public static async Task CreateLocalAsync(this IPage page, ConsoleProcess console, string code, string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(console.SiteRoot(code))!);
        await page.SayWhichSiteAsync(code, name, console.SiteRoot(code));
        await page.NextAsync("how to reach it");
        await page.ChooseAsync("A path on this machine");
        await page.NextAsync("check");
        await page.Button("Create " + code).ClickAsync();
        await Expect(page.Heading("Site creation has been initiated", 2)).ToBeVisibleAsync();
    }

    /// <summary>Marks the document: the mark is gone after any reload or navigation away.</summary>
    public static Task MarkAsync(this IPage page) => page.EvaluateAsync("() => { window.__marker = (window.__marker ?? 0) + 1; }");

    public static async Task<bool> IsStillMarkedAsync(this IPage page) => await page.EvaluateAsync<bool>("() => window.__marker > 0");

    /// <summary>Writes down, from now on, each text that appears at the selector.</summary>
    public static Task WatchAsync(this IPage page, string selector) => page.EvaluateAsync(
        """
        selector => {
          window.__seen = [];
          const look = () => {
            for (const found of document.querySelectorAll(selector)) {
              const text = found.textContent.replace(/\s+/g, ' ').trim();
              if (window.__seen.at(-1) !== text && !window.__seen.includes(text)) { window.__seen.push(text); }
            }
          };
          new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
          look();
        }
        """, selector);

    public static Task<string[]> SeenAsync(this IPage page) => page.EvaluateAsync<string[]>("() => window.__seen");
}
