global using SmsConsole.Data.Queries;
global using SiteControlImageContent = SmsConsole.SiteServer.Formats.SiteControlImage;
