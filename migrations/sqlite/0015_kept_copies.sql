-- Copies of what was delivered (guide chapter 6 "Keep a copy of messages delivered"): written with the decision, shown
-- once the recipient's row says delivered. blob: where the vault has the body; until: when it goes; released: when it was
-- last sent again.
CREATE TABLE kept_copy (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    message   TEXT NOT NULL,
    recipient TEXT NOT NULL,
    mailbox   BIGINT,
    domain    BIGINT,
    account   BIGINT,
    until     BIGINT NOT NULL,
    blob      TEXT NOT NULL,
    edits     BLOB NOT NULL,
    verdict   TEXT NOT NULL,
    released  BIGINT,
    UNIQUE (message, recipient)
);
CREATE INDEX kept_copy_until ON kept_copy (until);
CREATE INDEX kept_copy_blob ON kept_copy (blob);
CREATE INDEX kept_copy_mailbox ON kept_copy (mailbox, message) WHERE mailbox IS NOT NULL;
