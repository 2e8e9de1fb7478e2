-- Whose a document is, and what filters of the search ask about it, stands in the index as words of its own (`scope`), so that a
-- search reads nothing that it may not show. What was indexed is kept beside the text, to tell what has to be indexed anew.
DROP TABLE fulltext;
CREATE VIRTUAL TABLE fulltext USING fts5 (
    scope, exact, folded,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 0'
);
ALTER TABLE document_text ADD COLUMN scope TEXT NOT NULL DEFAULT '';

-- Dossiers of an agency in order of code, and of an applicant, the latest last.
CREATE INDEX dossier_agency ON dossier (agency);
CREATE INDEX dossier_agency_applicant ON dossier (agency, applicant_key, received);
DROP INDEX dossier_applicant;
CREATE INDEX dossier_applicant ON dossier (applicant_key, received) WHERE applicant_key <> '';
