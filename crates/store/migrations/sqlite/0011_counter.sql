-- The files of a dossier are found without a look at all files: a counter shows them while they come.
CREATE INDEX file_dossier ON file (dossier) WHERE dossier IS NOT NULL;
CREATE INDEX file_session ON file (session) WHERE session IS NOT NULL;
