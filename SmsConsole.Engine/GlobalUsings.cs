global using SmsConsole.Data.Queries;
