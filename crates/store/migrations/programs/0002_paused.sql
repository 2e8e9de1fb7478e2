-- A webhook that is paused is sent nothing; its messages wait.
ALTER TABLE webhook ADD COLUMN paused_at INTEGER; -- none: it is not paused

-- Messages of one webhook in one state, the latest first.
CREATE INDEX delivery_of ON delivery (webhook, state, id);
