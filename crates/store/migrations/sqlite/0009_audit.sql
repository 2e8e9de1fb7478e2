-- Samples of documents that are compared with their papers. Events tell all comparisons, this table the last of each document.
CREATE TABLE audit_sample (
    number            INTEGER PRIMARY KEY CHECK (number >= 1),
    name              TEXT NOT NULL UNIQUE,
    seed              TEXT NOT NULL,
    first_day         TEXT NOT NULL,
    last_day          TEXT NOT NULL,
    stratified_by     TEXT NOT NULL,
    documents         INTEGER NOT NULL CHECK (documents >= 0),
    population_digest TEXT NOT NULL CHECK (length(population_digest) = 64),
    list_digest       TEXT NOT NULL CHECK (length(list_digest) = 64),
    drawn_at          INTEGER NOT NULL,
    agent             TEXT NOT NULL
) STRICT;

CREATE TABLE audit_item (
    sample   INTEGER NOT NULL REFERENCES audit_sample (number),
    position INTEGER NOT NULL CHECK (position >= 1),
    document TEXT NOT NULL,
    stratum  TEXT NOT NULL,
    PRIMARY KEY (sample, document),
    UNIQUE (sample, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_result (
    sample      INTEGER NOT NULL,
    document    TEXT NOT NULL,
    verdict     TEXT NOT NULL CHECK (verdict IN ('match', 'differs', 'missing-paper', 'missing-page', 'unreadable')),
    note        TEXT NOT NULL,
    compared_at INTEGER NOT NULL,
    agent       TEXT NOT NULL,
    PRIMARY KEY (sample, document),
    FOREIGN KEY (sample, document) REFERENCES audit_item (sample, document)
) STRICT, WITHOUT ROWID;
