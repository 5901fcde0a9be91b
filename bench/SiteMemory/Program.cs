// Installs one site on this machine, prints its root, and takes it away when its standard input ends. For bench/site-memory.
using SmsConsole.SiteServer;
using SmsConsole.SiteServer.Trust;
using SmsConsole.TestKit;

await using var parent = new FileParent();
var root = parent.NewDirectory("S01");
parent.AddAddress(new LinkAddress("S01", "local", root));
var incarnation = Guid.NewGuid();
var token = EnrolmentProof.NewToken();
parent.PlaceBootstrap(parent.Order("S01", incarnation, token));
await parent.UntilAsync(() => parent.TakeEnrolment("S01", token) is not null);
parent.PlacePackage("S01", incarnation, await FileParent.SitePackageAsync(), EnvelopeTypes.SitePackage);
parent.PlacePackage("S01", incarnation, FileParent.ControlFile("S01", root).ToBytes(), EnvelopeTypes.SiteControl);
await parent.UntilAsync(() => parent.Reports("S01").Count > 0 && SiteKill.Find(root).Count == 2);
Console.WriteLine(root);
await Console.In.ReadToEndAsync();
