global using SmsConsole.Data.Queries;
global using SmsConsole.Data;
