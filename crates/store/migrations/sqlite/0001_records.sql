-- Records and queue. Times are microseconds since 1970 (UTC), register times are ISO 8601 local text,
-- digests are SHA-256 in lower-case hex, states are the words of the domain.

CREATE TABLE batch (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind      TEXT NOT NULL CHECK (kind IN ('ingest', 'inbox')),
    label     TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    day       TEXT NOT NULL -- local day on which it was opened
) STRICT;

-- An inbox has one batch a day, however often its watcher is started.
CREATE UNIQUE INDEX batch_of_inbox ON batch (label, day) WHERE kind = 'inbox';

CREATE TABLE file (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    batch        INTEGER NOT NULL REFERENCES batch (id),
    origin       TEXT NOT NULL,
    relative     TEXT NOT NULL,
    name_key     TEXT NOT NULL, -- last part of `relative`, folded, for the search
    inode        INTEGER,       -- 64 bits, read as unsigned
    modified_ns  INTEGER,
    digest       TEXT CHECK (length(digest) = 64),
    bytes        INTEGER NOT NULL CHECK (bytes >= 0),
    dossier      TEXT,          -- named by the person who started the import
    state        TEXT NOT NULL CHECK (state IN ('pending', 'attached', 'review', 'rejected', 'duplicate')),
    reason_code  TEXT,
    reason       TEXT,
    duplicate_of INTEGER REFERENCES file (id),
    accepted_at  INTEGER NOT NULL,
    released     INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    CHECK ((state = 'duplicate') = (duplicate_of IS NOT NULL)),
    CHECK (duplicate_of <> id),
    CHECK (state NOT IN ('review', 'rejected') OR reason_code IS NOT NULL),
    -- Only what could not be stored has no bytes behind it, and that is refused.
    CHECK (digest IS NOT NULL OR state = 'rejected'),
    CHECK ((digest IS NULL) = (inode IS NULL) AND (digest IS NULL) = (modified_ns IS NULL))
) STRICT;

-- The very same file again, as long as it lies where it was found.
CREATE UNIQUE INDEX file_identity ON file (origin, inode, modified_ns, digest)
    WHERE released = 0 AND digest IS NOT NULL;
CREATE UNIQUE INDEX file_refused ON file (origin, reason_code) WHERE digest IS NULL;
CREATE INDEX file_state ON file (state, batch);
CREATE INDEX file_batch ON file (batch);
CREATE INDEX file_name ON file (name_key);
CREATE INDEX file_duplicate_of ON file (duplicate_of) WHERE duplicate_of IS NOT NULL;

CREATE TRIGGER file_is_never_deleted BEFORE DELETE ON file
BEGIN
    SELECT RAISE (ABORT, 'a file once seen stays in the ledger');
END;

CREATE TRIGGER file_pending_has_no_pages BEFORE UPDATE OF state ON file
WHEN NEW.state = 'pending' AND EXISTS (SELECT 1 FROM page WHERE page.file = NEW.id)
BEGIN
    SELECT RAISE (ABORT, 'a pending file has no pages');
END;

CREATE TABLE job (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    file         INTEGER NOT NULL REFERENCES file (id),
    state        TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'done')),
    priority     INTEGER NOT NULL, -- larger is earlier
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    due_at       INTEGER NOT NULL,
    token        TEXT,             -- of the standing reservation
    leased_until INTEGER,
    failure      TEXT,             -- why the last attempt failed
    CHECK ((state = 'leased') = (token IS NOT NULL) AND (state = 'leased') = (leased_until IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX job_open ON job (file) WHERE state <> 'done';
CREATE INDEX job_queue ON job (priority DESC, id) WHERE state <> 'done';

-- Ordinals are given once and stay with their document, also when it is removed.
CREATE TABLE ordinal (
    dossier  TEXT NOT NULL,
    document TEXT NOT NULL,
    ordinal  INTEGER NOT NULL CHECK (ordinal >= 1),
    PRIMARY KEY (dossier, document),
    UNIQUE (dossier, ordinal),
    UNIQUE (dossier, document, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
    row           INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE CHECK (length(id) = 24),
    dossier       TEXT NOT NULL, -- may be unknown to the register yet
    component     TEXT,
    state         TEXT NOT NULL CHECK (state IN ('attached', 'awaiting_register', 'incomplete', 'removed')),
    ordinal       INTEGER NOT NULL,
    result_code   TEXT NOT NULL,
    source        INTEGER NOT NULL REFERENCES file (id),
    source_digest TEXT NOT NULL CHECK (length(source_digest) = 64),
    part          INTEGER NOT NULL CHECK (part >= 0),
    version       INTEGER NOT NULL CHECK (version >= 1),
    evidence      TEXT NOT NULL CHECK (json_valid(evidence)),
    recorded_at   INTEGER NOT NULL,
    FOREIGN KEY (dossier, id, ordinal) REFERENCES ordinal (dossier, document, ordinal)
) STRICT;

CREATE INDEX document_dossier ON document (dossier, ordinal);
CREATE INDEX document_source ON document (source);
CREATE INDEX document_awaiting ON document (dossier) WHERE state = 'awaiting_register';

CREATE TRIGGER document_is_never_deleted BEFORE DELETE ON document
BEGIN
    SELECT RAISE (ABORT, 'a document is removed by its state');
END;

CREATE TABLE rendition (
    document TEXT NOT NULL REFERENCES document (id),
    logical  TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('original', 'pdf', 'alto', 'text', 'metadata')),
    stored   TEXT NOT NULL,
    digest   TEXT NOT NULL CHECK (length(digest) = 64),
    bytes    INTEGER NOT NULL CHECK (bytes >= 0),
    position INTEGER NOT NULL,
    PRIMARY KEY (document, logical)
) STRICT, WITHOUT ROWID;

-- Every physical side of every processed file, exactly once.
CREATE TABLE page (
    file     INTEGER NOT NULL REFERENCES file (id),
    number   INTEGER NOT NULL CHECK (number >= 1),
    state    TEXT NOT NULL CHECK (state IN ('kept', 'separator', 'blank', 'failed')),
    document TEXT REFERENCES document (id),
    record   TEXT CHECK (json_valid(record)), -- what inspection and recognition said
    PRIMARY KEY (file, number),
    CHECK (state <> 'separator' OR document IS NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX page_document ON page (document, state) WHERE document IS NOT NULL;
CREATE INDEX page_state ON page (state);

CREATE TRIGGER page_of_a_processed_file BEFORE INSERT ON page
WHEN (SELECT state FROM file WHERE id = NEW.file) NOT IN ('attached', 'review')
BEGIN
    SELECT RAISE (ABORT, 'only a processed file has pages');
END;

-- The register as it stands.
CREATE TABLE dossier (
    code           TEXT PRIMARY KEY,
    procedure      TEXT,
    agency         TEXT NOT NULL,
    counter        TEXT NOT NULL,
    channel        TEXT CHECK (channel IN ('counter', 'online', 'post')),
    applicant      TEXT NOT NULL, -- personal data
    received       TEXT,
    due            TEXT,
    finished       TEXT,
    returned       TEXT,
    return_channel TEXT CHECK (return_channel IN ('counter', 'online', 'post')),
    status         INTEGER CHECK (status BETWEEN 1 AND 10)
) STRICT, WITHOUT ROWID;

CREATE INDEX dossier_received ON dossier (received);

CREATE TABLE component (
    dossier       TEXT NOT NULL REFERENCES dossier (code),
    id            TEXT NOT NULL,
    position      INTEGER NOT NULL, -- as the register lists them
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('component', 'result')),
    required      INTEGER NOT NULL CHECK (required IN (0, 1)),
    exempt_reason TEXT,
    PRIMARY KEY (dossier, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE register_import (
    id          INTEGER PRIMARY KEY,
    source      TEXT NOT NULL UNIQUE CHECK (length(source) = 64), -- digest of the kept file
    imported_at INTEGER NOT NULL                                  -- the first time
) STRICT;

-- What a register changed. The applicant is left out; that he changed is said.
CREATE TABLE dossier_history (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    dossier           TEXT NOT NULL REFERENCES dossier (code),
    changed_at        INTEGER NOT NULL,
    agent             TEXT NOT NULL,
    source            TEXT NOT NULL CHECK (length(source) = 64),
    before            TEXT NOT NULL CHECK (json_valid(before)),
    after             TEXT NOT NULL CHECK (json_valid(after)),
    applicant_changed INTEGER NOT NULL CHECK (applicant_changed IN (0, 1))
) STRICT;

CREATE INDEX dossier_history_dossier ON dossier_history (dossier, id);

-- One event a row, as the JSON text whose bytes are chained:
-- chain = SHA-256 (chain of the row before, or 64 zeros, and then the text), in hex.
CREATE TABLE event (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    event    TEXT NOT NULL CHECK (json_valid(event)),
    chain    TEXT NOT NULL CHECK (length(chain) = 64),
    at       TEXT NOT NULL AS (event ->> '$.at') VIRTUAL,
    kind     TEXT NOT NULL AS (event ->> '$.kind') VIRTUAL,
    outcome  TEXT NOT NULL AS (event ->> '$.outcome') VIRTUAL CHECK (outcome IN ('success', 'warning', 'failure')),
    agent    TEXT NOT NULL AS (event ->> '$.agent') VIRTUAL,
    source   TEXT AS (event ->> '$.source') VIRTUAL,
    dossier  TEXT AS (event ->> '$.dossier') VIRTUAL,
    document TEXT AS (event ->> '$.document') VIRTUAL,
    detail   TEXT NOT NULL AS (event ->> '$.detail') VIRTUAL
) STRICT;

CREATE INDEX event_dossier ON event (dossier, id) WHERE dossier IS NOT NULL;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN
    SELECT RAISE (ABORT, 'an event is never changed');
END;

CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN
    SELECT RAISE (ABORT, 'an event is never deleted');
END;

CREATE TABLE document_text (
    document INTEGER PRIMARY KEY REFERENCES document (row),
    text     TEXT NOT NULL
) STRICT;

-- Words with their accents and words folded, both split by the program, so that the tokenizer only sees spaces.
CREATE VIRTUAL TABLE fulltext USING fts5 (
    exact, folded,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 0'
);
