-- Attempts that failed for want of disk space or of the database: they are not counted against the file.
ALTER TABLE job ADD COLUMN excused INTEGER NOT NULL DEFAULT 0 CHECK (excused >= 0);
