-- Links by which people set a password: administrators to activate their login, both kinds of people when they have
-- forgotten it. Those that were sent before end; only a token's hash is stored.
DROP TABLE activation_token;
CREATE TABLE password_link (
    hash          TEXT PRIMARY KEY,
    administrator BIGINT REFERENCES administrator (id) ON DELETE CASCADE,
    mailbox       BIGINT REFERENCES mailbox (id) ON DELETE CASCADE,
    created       BIGINT NOT NULL,
    expires       BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX password_link_administrator ON password_link (administrator) WHERE administrator IS NOT NULL;
CREATE INDEX password_link_mailbox ON password_link (mailbox) WHERE mailbox IS NOT NULL;

-- by_link: begun by a digest's link, so that no password was asked for.
ALTER TABLE session ADD COLUMN by_link BIGINT NOT NULL DEFAULT 0;

-- What a bulk operation has still to do, in pieces; each goes with the transaction that does it.
CREATE TABLE bulk_piece (
    job   BIGINT NOT NULL REFERENCES bulk_job (id) ON DELETE CASCADE,
    piece BIGINT NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (job, piece)
) WITHOUT ROWID;
