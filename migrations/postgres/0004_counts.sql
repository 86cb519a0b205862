-- How many there are is kept, not counted: a list's total must not cost more with every row. By statement, not by row:
-- a row that one transaction changes a thousand times has a thousand versions to walk through.
CREATE TABLE total (
    id        BIGINT PRIMARY KEY CHECK (id = 1),
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

-- The argument is 1 for rows that came, -1 for rows that went.
CREATE FUNCTION account_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE total SET accounts = accounts + TG_ARGV[0]::bigint * (SELECT count(*) FROM changed)
    WHERE EXISTS (SELECT 1 FROM changed);
    RETURN NULL;
END $$;
CREATE TRIGGER account_insert AFTER INSERT ON account REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION account_counted('1');
CREATE TRIGGER account_delete AFTER DELETE ON account REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION account_counted('-1');

CREATE FUNCTION domain_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE total SET domains = domains + TG_ARGV[0]::bigint * (SELECT count(*) FROM changed)
    WHERE EXISTS (SELECT 1 FROM changed);
    UPDATE account a SET domains = a.domains + TG_ARGV[0]::bigint * c.n
    FROM (SELECT account, count(*) AS n FROM changed GROUP BY account) c WHERE a.id = c.account;
    RETURN NULL;
END $$;
CREATE TRIGGER domain_insert AFTER INSERT ON domain REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION domain_counted('1');
CREATE TRIGGER domain_delete AFTER DELETE ON domain REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION domain_counted('-1');

CREATE FUNCTION domain_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account SET domains = domains - 1, mailboxes = mailboxes - NEW.mailboxes WHERE id = OLD.account;
    UPDATE account SET domains = domains + 1, mailboxes = mailboxes + NEW.mailboxes WHERE id = NEW.account;
    UPDATE mailbox SET account = NEW.account WHERE domain = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER domain_move AFTER UPDATE OF account ON domain
    FOR EACH ROW WHEN (OLD.account <> NEW.account) EXECUTE FUNCTION domain_moved();

CREATE FUNCTION mailbox_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE total SET mailboxes = mailboxes + TG_ARGV[0]::bigint * (SELECT count(*) FROM changed)
    WHERE EXISTS (SELECT 1 FROM changed);
    UPDATE domain d SET mailboxes = d.mailboxes + TG_ARGV[0]::bigint * c.n
    FROM (SELECT domain, count(*) AS n FROM changed GROUP BY domain) c WHERE d.id = c.domain;
    UPDATE account a SET mailboxes = a.mailboxes + TG_ARGV[0]::bigint * c.n
    FROM (SELECT account, count(*) AS n FROM changed GROUP BY account) c WHERE a.id = c.account;
    RETURN NULL;
END $$;
CREATE TRIGGER mailbox_insert AFTER INSERT ON mailbox REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mailbox_counted('1');
CREATE TRIGGER mailbox_delete AFTER DELETE ON mailbox REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mailbox_counted('-1');

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
