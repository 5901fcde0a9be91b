using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SmsConsole.Data.Migrations.Sqlite
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
                type: "TEXT",
                unicode: false,
                maxLength: 32,
                nullable: true);

            // The platform of a site was kept as a completed operation that had no step.
            migrationBuilder.Sql("""
                UPDATE "Sites" SET "RuntimeId" = (
                    SELECT o."PayloadJson" FROM "Operations" AS o
                    WHERE o."Kind" = 'Enrolled' AND o."Subject" = "Sites"."Code"
                    ORDER BY o."Id" DESC LIMIT 1);
                """);
            migrationBuilder.Sql("""DELETE FROM "Operations" WHERE "Kind" = 'Enrolled';""");

            // In SQLite's own words: the tool would rebuild the table outside the migration's transaction, and a process killed
            // in the middle of that would leave a database that no start could bring up to date.
            migrationBuilder.Sql("""ALTER TABLE "Sites" DROP COLUMN "EnrolmentTokenHash";""");

            migrationBuilder.CreateTable(
                name: "EndedSessions",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    UserName = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    EndedAt = table.Column<DateTime>(type: "TEXT", nullable: false)
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

            migrationBuilder.Sql("""ALTER TABLE "Sites" DROP COLUMN "RuntimeId";""");

            migrationBuilder.AddColumn<byte[]>(
                name: "EnrolmentTokenHash",
                table: "Sites",
                type: "BLOB",
                maxLength: 32,
                nullable: true);
        }
    }
}
