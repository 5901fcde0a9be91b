using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SmsConsole.Data.Migrations.SqlServer
{
    /// <summary>Sites get their platform, sign-outs a place, and a hash that nobody read goes.</summary>
    public partial class EndedSessions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "RuntimeId",
                table: "Sites",
                type: "varchar(32)",
                unicode: false,
                maxLength: 32,
                nullable: true);

            // The platform of a site was kept as a completed operation that had no step. In a string of its own, because the
            // script adds the column in the same batch, and a batch that names a column not there yet is refused as a whole.
            migrationBuilder.Sql("""
                EXEC(N'UPDATE [Sites] SET [RuntimeId] = (
                    SELECT TOP (1) CAST([o].[PayloadJson] AS varchar(32)) FROM [Operations] AS [o]
                    WHERE [o].[Kind] = ''Enrolled'' AND [o].[Subject] = [Sites].[Code]
                    ORDER BY [o].[Id] DESC);');
                """);
            migrationBuilder.Sql("DELETE FROM [Operations] WHERE [Kind] = 'Enrolled';");

            migrationBuilder.DropColumn(
                name: "EnrolmentTokenHash",
                table: "Sites");

            migrationBuilder.CreateTable(
                name: "EndedSessions",
                columns: table => new
                {
                    Id = table.Column<string>(type: "varchar(64)", unicode: false, maxLength: 64, nullable: false),
                    UserName = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false),
                    EndedAt = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_EndedSessions", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_EndedSessions_EndedAt",
                table: "EndedSessions",
                column: "EndedAt");

            migrationBuilder.CreateIndex(
                name: "IX_EndedSessions_UserName",
                table: "EndedSessions",
                column: "UserName");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "EndedSessions");

            migrationBuilder.DropColumn(
                name: "RuntimeId",
                table: "Sites");

            migrationBuilder.AddColumn<byte[]>(
                name: "EnrolmentTokenHash",
                table: "Sites",
                type: "varbinary(32)",
                maxLength: 32,
                nullable: true);
        }
    }
}
