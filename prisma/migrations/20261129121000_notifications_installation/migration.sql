-- What a person receives e-mail about, in an anchor. Without a row: the default of the role.
CREATE TABLE "NotificationRule" (
    "userId" TEXT NOT NULL,
    "anchorSlug" TEXT NOT NULL,
    "alerts" TEXT NOT NULL,
    "requests" BOOLEAN NOT NULL,
    "approvals" BOOLEAN NOT NULL,

    CONSTRAINT "NotificationRule_pkey" PRIMARY KEY ("userId","anchorSlug")
);
CREATE INDEX "NotificationRule_anchorSlug_idx" ON "NotificationRule"("anchorSlug");
ALTER TABLE "NotificationRule" ADD CONSTRAINT "NotificationRule_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "NotificationRule" ADD CONSTRAINT "NotificationRule_anchorSlug_fkey" FOREIGN KEY ("anchorSlug") REFERENCES "Anchor"("slug") ON DELETE CASCADE ON UPDATE CASCADE;

-- Who may read a message when it is sent.
ALTER TABLE "Mail" ADD COLUMN "audience" TEXT;
