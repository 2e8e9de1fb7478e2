-- What is kept for programs that use the API. In a file of its own: it does not follow from events, and a rebuild of the records must
-- not lose it. Times are microseconds since 1970 (UTC).

-- What was answered to a request with an idempotency key.
CREATE TABLE answer (
    user    TEXT NOT NULL,
    key     TEXT NOT NULL,
    request TEXT NOT NULL CHECK (length(request) = 64), -- digest of what was asked
    body    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (user, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX answer_at ON answer (at);

-- Who is told of what happens.
CREATE TABLE webhook (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    address  TEXT NOT NULL,
    secret   TEXT NOT NULL, -- messages are signed with it, so it is kept as it is
    agency   TEXT NOT NULL, -- empty: all
    topics   TEXT NOT NULL, -- words between spaces
    seen     INTEGER NOT NULL, -- number of the last event that was looked at
    added_at INTEGER NOT NULL
) STRICT;

-- Dossiers that a webhook was told are complete.
CREATE TABLE complete (
    webhook INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    dossier TEXT NOT NULL,
    PRIMARY KEY (webhook, dossier)
) STRICT, WITHOUT ROWID;

-- A message to a webhook.
CREATE TABLE delivery (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook    INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event      INTEGER NOT NULL, -- number of the event that it follows from
    topic      TEXT NOT NULL,
    body       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL,
    last_error TEXT NOT NULL DEFAULT '',
    UNIQUE (webhook, event, topic)
) STRICT;

CREATE INDEX delivery_due ON delivery (next_at) WHERE state = 'waiting';
