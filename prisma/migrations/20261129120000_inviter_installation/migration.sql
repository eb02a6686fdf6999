-- The link of an invitation says who invites.
ALTER TABLE "Invitation" ADD COLUMN "invitedBy" TEXT;
