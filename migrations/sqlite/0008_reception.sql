-- Who failed a test of greylisting: a hash of client, sender and recipient; when first, whether a second try has passed,
-- and when it is forgotten.
CREATE TABLE greylist (
    key     TEXT PRIMARY KEY,
    first   BIGINT NOT NULL,
    passed  BIGINT NOT NULL,
    expires BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX greylist_expires ON greylist (expires);

-- How much of a rate limit is used in the time that ends at `until`.
CREATE TABLE rate (
    key   TEXT PRIMARY KEY,
    until BIGINT NOT NULL,
    used  BIGINT NOT NULL
) WITHOUT ROWID;
