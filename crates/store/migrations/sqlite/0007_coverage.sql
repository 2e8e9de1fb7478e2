-- What coverage is counted from, a row a dossier of the register. It follows from the other tables and is brought up to date by
-- whoever changes them (crates/store/src/sqlite/facts.rs). In order of reception, so that a period is one stretch.
CREATE TABLE coverage (
    day           TEXT NOT NULL, -- of reception; empty when the register does not say
    dossier       TEXT NOT NULL UNIQUE,
    agency        TEXT NOT NULL,
    counter       TEXT NOT NULL,
    procedure     TEXT,
    channel       TEXT,
    in_scope      INTEGER NOT NULL, -- neither refused nor withdrawn
    done          INTEGER NOT NULL, -- the authority has finished it
    due           INTEGER NOT NULL, -- components and results that are required and not exempt
    there         INTEGER NOT NULL, -- those of them that are attached or reused
    results_due   INTEGER NOT NULL, -- results among the due ones
    results_there INTEGER NOT NULL,
    has_result    INTEGER NOT NULL, -- a result is there, due or not
    digitized     INTEGER NOT NULL, -- by the definition of the index
    exempt        INTEGER NOT NULL, -- components and results with a reason why they need not be there
    reused        INTEGER NOT NULL, -- components that a document of another dossier stands for
    handed_over   INTEGER NOT NULL, -- documents of it went to another system
    slowest       INTEGER,          -- µs from reception to the first scan of the due component that came last
    PRIMARY KEY (day, dossier)
) STRICT, WITHOUT ROWID;

-- Codes that documents hang on and the register does not know.
CREATE TABLE orphan (
    dossier   TEXT PRIMARY KEY,
    documents INTEGER NOT NULL,
    since     INTEGER NOT NULL -- when the first of their files was accepted
) STRICT, WITHOUT ROWID;

-- Dossiers whose documents went to another system.
CREATE TABLE hand_over (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    dossier   TEXT NOT NULL,
    form      TEXT NOT NULL,
    documents INTEGER NOT NULL CHECK (documents >= 0), -- attached ones at that time
    at        INTEGER NOT NULL
) STRICT;

CREATE INDEX hand_over_dossier ON hand_over (dossier);
CREATE INDEX reuse_document ON reuse (document);
-- When a register was imported last.
CREATE INDEX event_register ON event (id) WHERE kind = 'register_imported';
