-- Stretches of the events that lie sealed outside of the database, with the digest of each file.
CREATE TABLE segment (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    first  INTEGER NOT NULL UNIQUE CHECK (first >= 1),
    last   INTEGER NOT NULL CHECK (last >= first),
    digest TEXT NOT NULL CHECK (length(digest) = 64)
) STRICT;

CREATE TRIGGER segment_is_never_changed BEFORE UPDATE ON segment
BEGIN
    SELECT RAISE (ABORT, 'a sealed segment is never changed');
END;

CREATE TRIGGER segment_is_never_deleted BEFORE DELETE ON segment
BEGIN
    SELECT RAISE (ABORT, 'a sealed segment is never deleted');
END;

-- The events of a file, to undo what was decided about it.
ALTER TABLE event ADD COLUMN file INTEGER AS (event ->> '$.file') VIRTUAL;
CREATE INDEX event_file ON event (file, id) WHERE file IS NOT NULL;

-- A person decided the dossier of this file: its names have no say any more. The component is what the person named.
ALTER TABLE file ADD COLUMN decided INTEGER NOT NULL DEFAULT 0 CHECK (decided IN (0, 1));
ALTER TABLE file ADD COLUMN component TEXT;

-- A file that a person rejected was processed, too: its pages stay in the ledger.
DROP TRIGGER page_of_a_processed_file;
CREATE TRIGGER page_of_a_processed_file BEFORE INSERT ON page
WHEN (SELECT state FROM file WHERE id = NEW.file) = 'pending'
BEGIN
    SELECT RAISE (ABORT, 'only a processed file has pages');
END;
