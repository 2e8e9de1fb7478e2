-- What was open in a period is read from here alone, not from all dossiers.
CREATE INDEX dossier_finished ON dossier (finished, received, due, status, agency, channel, return_channel);
