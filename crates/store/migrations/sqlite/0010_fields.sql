-- Fields of documents that a person has to look at: which and where, never what they say.
CREATE TABLE doubtful_field (
    document TEXT NOT NULL REFERENCES document (id),
    position INTEGER NOT NULL, -- among the document's fields, from 0
    name     TEXT NOT NULL,
    nth      INTEGER NOT NULL CHECK (nth >= 0), -- among those of this name
    page     INTEGER NOT NULL,
    PRIMARY KEY (document, position),
    UNIQUE (document, name, nth)
) STRICT, WITHOUT ROWID;

-- What a person said that a field is: the digest of the stored value. It stands, also when the document is read again.
CREATE TABLE field_confirmation (
    document     TEXT NOT NULL,
    name         TEXT NOT NULL,
    nth          INTEGER NOT NULL CHECK (nth >= 0),
    value        TEXT NOT NULL CHECK (length(value) = 64),
    person       TEXT NOT NULL,
    confirmed_at INTEGER NOT NULL,
    PRIMARY KEY (document, name, nth)
) STRICT, WITHOUT ROWID;
