-- No administrator executes a protected change alone, unless two have chosen that. What is stored stays.
ALTER TABLE "Protection" ALTER COLUMN "breakGlass" SET DEFAULT 'OFF';
