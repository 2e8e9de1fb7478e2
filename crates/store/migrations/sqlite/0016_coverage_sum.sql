-- The facts of coverage summed up by month of reception, agency, counter and channel, so that years are a few thousand rows
-- (crates/store/src/sqlite/coverage/sums.rs); procedures are so many that they are counted one by one. Columns are named as in
-- `coverage`, whose rows they stand for.
CREATE TABLE coverage_sum (
    day              TEXT NOT NULL, -- the month; empty when the register does not say
    agency           TEXT NOT NULL,
    counter          TEXT NOT NULL,
    channel          TEXT NOT NULL,
    in_scope         INTEGER NOT NULL,
    dossiers         INTEGER NOT NULL, -- 0 when none is left
    digitized        INTEGER NOT NULL,
    full             INTEGER NOT NULL,
    exempt           INTEGER NOT NULL,
    due              INTEGER NOT NULL,
    there            INTEGER NOT NULL,
    results_due      INTEGER NOT NULL,
    results_there    INTEGER NOT NULL,
    done             INTEGER NOT NULL, -- of those that a result is due of
    done_with_result INTEGER NOT NULL,
    reused           INTEGER NOT NULL,
    handed_over      INTEGER NOT NULL, -- of the digitized
    PRIMARY KEY (day, agency, counter, channel, in_scope)
) STRICT, WITHOUT ROWID;

INSERT INTO coverage_sum
SELECT substr(day, 1, 7), agency, counter, coalesce(channel, ''), in_scope, count(*), sum(digitized),
       sum(there = due), sum(exempt), sum(due), sum(there), sum(results_due), sum(results_there), sum(done AND results_due > 0),
       sum(done AND results_due > 0 AND has_result), sum(reused > 0), sum(handed_over AND digitized)
FROM coverage GROUP BY 1, 2, 3, 4, 5;

-- How many are late depends on the hours that are asked about, so they are counted one by one, but from here alone. That `in_scope`
-- is among the columns lets the index stand for the table.
CREATE INDEX coverage_slowest ON coverage (agency, counter, slowest, procedure, channel, in_scope)
    WHERE in_scope AND slowest IS NOT NULL;
