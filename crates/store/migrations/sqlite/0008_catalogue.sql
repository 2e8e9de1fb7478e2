-- Procedures with their components, a version from each day on. A version is always read whole.
CREATE TABLE catalogue (
    procedure  TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    name       TEXT NOT NULL,
    field      TEXT NOT NULL,
    agency     TEXT NOT NULL,
    components TEXT NOT NULL CHECK (json_valid(components)),
    PRIMARY KEY (procedure, valid_from)
) STRICT, WITHOUT ROWID;

-- First day of the version that the dossier's components come from; NULL when the register lists them itself.
ALTER TABLE dossier ADD COLUMN catalogue TEXT;

-- Catalogues are kept like registers; what a file was called when it first came.
ALTER TABLE register_import ADD COLUMN kind TEXT NOT NULL DEFAULT 'register' CHECK (kind IN ('register', 'catalogue'));
ALTER TABLE register_import ADD COLUMN name TEXT NOT NULL DEFAULT '';
CREATE INDEX event_import ON event (id) WHERE kind IN ('register_imported', 'catalogue_imported');

-- Files in the watched folder that could not be imported, as they looked then.
CREATE TABLE register_refused (
    path        TEXT PRIMARY KEY,
    bytes       INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    code        TEXT NOT NULL,
    bad_lines   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
