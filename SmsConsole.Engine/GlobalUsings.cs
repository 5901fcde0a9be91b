global using SiteControlImageContent = SmsConsole.SiteServer.Formats.SiteControlImage;
global using SmsConsole.Data.Queries;
