-- The statements that are not renewed automatically: the dashboard and the alerts count those that expire soon.
CREATE INDEX "Subordinate_unrenewed" ON "Subordinate" ("statementExpiresAt") WHERE "active" AND NOT "autorenew";
