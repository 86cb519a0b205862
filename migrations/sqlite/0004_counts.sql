-- How many there are is kept, not counted: a list's total must not cost more with every row.
CREATE TABLE total (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    accounts  BIGINT NOT NULL,
    domains   BIGINT NOT NULL,
    mailboxes BIGINT NOT NULL
);
INSERT INTO total (id, accounts, domains, mailboxes)
SELECT 1, (SELECT count(*) FROM account), (SELECT count(*) FROM domain), (SELECT count(*) FROM mailbox);

ALTER TABLE account ADD COLUMN domains BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN mailboxes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE domain ADD COLUMN mailboxes BIGINT NOT NULL DEFAULT 0;
-- The account of the domain, so that an account's mailboxes are listed by one index.
ALTER TABLE mailbox ADD COLUMN account BIGINT NOT NULL DEFAULT 0;

UPDATE domain SET mailboxes = (SELECT count(*) FROM mailbox m WHERE m.domain = domain.id);
UPDATE mailbox SET account = (SELECT d.account FROM domain d WHERE d.id = mailbox.domain);
UPDATE account SET
    domains = (SELECT count(*) FROM domain d WHERE d.account = account.id),
    mailboxes = (SELECT coalesce(sum(d.mailboxes), 0) FROM domain d WHERE d.account = account.id);

CREATE TRIGGER account_insert AFTER INSERT ON account BEGIN
    UPDATE total SET accounts = accounts + 1;
END;
CREATE TRIGGER account_delete AFTER DELETE ON account BEGIN
    UPDATE total SET accounts = accounts - 1;
END;
CREATE TRIGGER domain_insert AFTER INSERT ON domain BEGIN
    UPDATE total SET domains = domains + 1;
    UPDATE account SET domains = domains + 1 WHERE id = new.account;
END;
CREATE TRIGGER domain_delete AFTER DELETE ON domain BEGIN
    UPDATE total SET domains = domains - 1;
    UPDATE account SET domains = domains - 1 WHERE id = old.account;
END;
CREATE TRIGGER domain_move AFTER UPDATE OF account ON domain WHEN old.account <> new.account BEGIN
    UPDATE account SET domains = domains - 1, mailboxes = mailboxes - new.mailboxes WHERE id = old.account;
    UPDATE account SET domains = domains + 1, mailboxes = mailboxes + new.mailboxes WHERE id = new.account;
    UPDATE mailbox SET account = new.account WHERE domain = new.id;
END;
CREATE TRIGGER mailbox_insert AFTER INSERT ON mailbox BEGIN
    UPDATE total SET mailboxes = mailboxes + 1;
    UPDATE domain SET mailboxes = mailboxes + 1 WHERE id = new.domain;
    UPDATE account SET mailboxes = mailboxes + 1 WHERE id = new.account;
END;
CREATE TRIGGER mailbox_delete AFTER DELETE ON mailbox BEGIN
    UPDATE total SET mailboxes = mailboxes - 1;
    UPDATE domain SET mailboxes = mailboxes - 1 WHERE id = old.domain;
    UPDATE account SET mailboxes = mailboxes - 1 WHERE id = old.account;
END;

-- Lists in the order of their first page, for the whole system, an account, a domain.
DROP INDEX mailbox_domain;
CREATE INDEX mailbox_domain ON mailbox (domain, address, id);
CREATE INDEX mailbox_account ON mailbox (account, address, id);
CREATE INDEX mailbox_address_order ON mailbox (address, id);
DROP INDEX audit_at;
CREATE INDEX audit_at ON audit (at, id);
DROP INDEX audit_account;
CREATE INDEX audit_account ON audit (account, at, id);
-- The message log of an account, the newest first: ids of messages begin with their time.
CREATE INDEX recipient_account ON recipient (account, message, address) WHERE account IS NOT NULL;
-- A list of a million senders is shown a page at a time, in its own order.
CREATE INDEX sender_entry_order ON sender_entry (level, owner, kind, position, id);
