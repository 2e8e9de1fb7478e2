-- What makes a paper the same as another: number, year, symbol and issuer, folded.
ALTER TABLE document ADD COLUMN paper TEXT;
CREATE INDEX document_paper ON document (paper) WHERE paper IS NOT NULL;
CREATE INDEX document_bytes ON document (source_digest, part);

-- Components for which no new scan was made: the paper was digitized in another dossier already.
CREATE TABLE reuse (
    dossier   TEXT NOT NULL,
    component TEXT NOT NULL,
    document  TEXT NOT NULL,
    PRIMARY KEY (dossier, component)
) STRICT, WITHOUT ROWID;
