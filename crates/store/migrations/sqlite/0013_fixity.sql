-- When everything was verified is asked for at once, however long the history is.
CREATE INDEX event_fixity ON event (id) WHERE kind = 'fixity_checked';
