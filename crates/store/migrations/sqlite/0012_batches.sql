-- Batches as archivists follow them.
ALTER TABLE batch ADD COLUMN agency TEXT NOT NULL DEFAULT ''; -- from whose folder it came
ALTER TABLE batch ADD COLUMN paused_at INTEGER;               -- since when its jobs are not reserved
ALTER TABLE file ADD COLUMN ended_at INTEGER;                 -- when a worker ended with it last

-- Jobs of a paused batch are not in the queue, so that nobody has to look through them for the next one.
ALTER TABLE job ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
DROP INDEX job_queue;
CREATE INDEX job_queue ON job (priority DESC, id) WHERE state <> 'done' AND held = 0;

-- Samples of the documents of one batch.
ALTER TABLE audit_sample ADD COLUMN batch INTEGER;

-- What a batch comes to, counted as its rows change: screens ask for it again and again.
CREATE TABLE batch_files (
    batch INTEGER NOT NULL,
    state TEXT NOT NULL,
    code  TEXT NOT NULL, -- why it is in review or rejected, else empty
    files INTEGER NOT NULL CHECK (files >= 0),
    PRIMARY KEY (batch, state, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_pages (
    batch INTEGER NOT NULL,
    state TEXT NOT NULL,
    pages INTEGER NOT NULL CHECK (pages >= 0),
    PRIMARY KEY (batch, state)
) STRICT, WITHOUT ROWID;

-- Files by the minute since 1970 in which a worker ended with them last, and their pages.
CREATE TABLE batch_minutes (
    batch  INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    files  INTEGER NOT NULL CHECK (files >= 0),
    pages  INTEGER NOT NULL CHECK (pages >= 0),
    PRIMARY KEY (batch, minute)
) STRICT, WITHOUT ROWID;

INSERT INTO batch_files SELECT batch, state, coalesce(reason_code, ''), count(*) FROM file GROUP BY 1, 2, 3;
INSERT INTO batch_pages
SELECT file.batch, page.state, count(*) FROM page JOIN file ON file.id = page.file GROUP BY 1, 2;

CREATE TRIGGER file_counted AFTER INSERT ON file
BEGIN
    INSERT INTO batch_files VALUES (NEW.batch, NEW.state, coalesce(NEW.reason_code, ''), 1)
    ON CONFLICT DO UPDATE SET files = files + 1;
END;

CREATE TRIGGER file_counted_anew AFTER UPDATE OF state, reason_code ON file
WHEN OLD.state <> NEW.state OR OLD.reason_code IS NOT NEW.reason_code
BEGIN
    UPDATE batch_files SET files = files - 1
    WHERE batch = OLD.batch AND state = OLD.state AND code = coalesce(OLD.reason_code, '');
    DELETE FROM batch_files WHERE batch = OLD.batch AND files = 0;
    INSERT INTO batch_files VALUES (NEW.batch, NEW.state, coalesce(NEW.reason_code, ''), 1)
    ON CONFLICT DO UPDATE SET files = files + 1;
END;

CREATE TRIGGER file_ended AFTER UPDATE OF ended_at ON file
WHEN OLD.ended_at IS NOT NEW.ended_at
BEGIN
    UPDATE batch_minutes
    SET files = files - 1, pages = pages - (SELECT count(*) FROM page WHERE page.file = OLD.id)
    WHERE batch = OLD.batch AND minute = OLD.ended_at / 60000000;
    DELETE FROM batch_minutes WHERE batch = OLD.batch AND minute = OLD.ended_at / 60000000 AND files = 0;
    INSERT INTO batch_minutes
    VALUES (NEW.batch, NEW.ended_at / 60000000, 1, (SELECT count(*) FROM page WHERE page.file = NEW.id))
    ON CONFLICT DO UPDATE SET files = files + 1, pages = pages + excluded.pages;
END;

CREATE TRIGGER page_counted AFTER INSERT ON page
BEGIN
    INSERT INTO batch_pages VALUES ((SELECT batch FROM file WHERE id = NEW.file), NEW.state, 1)
    ON CONFLICT DO UPDATE SET pages = pages + 1;
    UPDATE batch_minutes SET pages = pages + 1
    WHERE (batch, minute) = (SELECT batch, ended_at / 60000000 FROM file WHERE id = NEW.file);
END;

CREATE TRIGGER page_not_counted_any_more AFTER DELETE ON page
BEGIN
    UPDATE batch_pages SET pages = pages - 1
    WHERE batch = (SELECT batch FROM file WHERE id = OLD.file) AND state = OLD.state;
    DELETE FROM batch_pages WHERE batch = (SELECT batch FROM file WHERE id = OLD.file) AND pages = 0;
    UPDATE batch_minutes SET pages = pages - 1
    WHERE (batch, minute) = (SELECT batch, ended_at / 60000000 FROM file WHERE id = OLD.file);
END;

-- Batches with files: only they follow from events.
CREATE VIEW batch_with_files AS
SELECT id, kind, label, agency, paused_at FROM batch WHERE id IN (SELECT batch FROM batch_files);
