-- Who may sign in. In a file of its own: users do not follow from events, and a rebuild of the records must not lose them.
-- Times are microseconds since 1970 (UTC); secrets are kept as SHA-256 in lower-case hex, passwords as argon2id (PHC string).

CREATE TABLE user (
    name     TEXT PRIMARY KEY,
    role     TEXT NOT NULL CHECK (role IN ('counter', 'archivist', 'auditor', 'admin')),
    agency   TEXT NOT NULL, -- empty: all
    language TEXT NOT NULL DEFAULT '', -- empty: not chosen
    password TEXT,          -- NULL until set
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each lets its holder set the password of a user, once.
CREATE TABLE link (
    secret  TEXT PRIMARY KEY CHECK (length(secret) = 64),
    user    TEXT NOT NULL REFERENCES user (name),
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    secret    TEXT PRIMARY KEY CHECK (length(secret) = 64),
    user      TEXT NOT NULL REFERENCES user (name),
    opened_at INTEGER NOT NULL,
    used_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_user ON session (user);

CREATE TABLE token (
    secret   TEXT PRIMARY KEY CHECK (length(secret) = 64),
    user     TEXT NOT NULL REFERENCES user (name),
    name     TEXT NOT NULL,
    scopes   TEXT NOT NULL, -- words between spaces
    added_at INTEGER NOT NULL,
    UNIQUE (user, name)
) STRICT, WITHOUT ROWID;

-- Attempts to sign in that failed in a row, by user and by address.
CREATE TABLE failure (
    subject TEXT PRIMARY KEY,
    count   INTEGER NOT NULL CHECK (count >= 1),
    last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
