-- Files that hold several documents: what a person said about where they begin, and the parts as they were decided.
ALTER TABLE file ADD COLUMN layout TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(layout));
ALTER TABLE file ADD COLUMN parts TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(parts));

-- The dossier that was open at the counter while the file was written.
ALTER TABLE file ADD COLUMN session TEXT;

-- Dossiers that clerks had open at their counters. A counter has one open at a time.
CREATE TABLE session (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    agency    TEXT NOT NULL,
    counter   TEXT NOT NULL,
    dossier   TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER CHECK (closed_at >= opened_at)
) STRICT;

CREATE UNIQUE INDEX session_open ON session (agency, counter) WHERE closed_at IS NULL;
CREATE INDEX session_desk ON session (agency, counter, opened_at);

-- The applicant's name folded, to rank dossiers for a paper that names a person.
ALTER TABLE dossier ADD COLUMN applicant_key TEXT NOT NULL DEFAULT '';
CREATE INDEX dossier_applicant ON dossier (applicant_key) WHERE applicant_key <> '';
