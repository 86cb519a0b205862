-- What policy is made of beyond domains and mailboxes. Definitions and settings are JSON of the model's types.

CREATE TABLE brand (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    host     TEXT UNIQUE,
    settings TEXT NOT NULL,
    created  BIGINT NOT NULL
);

ALTER TABLE account ADD COLUMN brand BIGINT REFERENCES brand (id) ON DELETE SET NULL;
ALTER TABLE account ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN features TEXT NOT NULL DEFAULT '[]';
ALTER TABLE account ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE account ADD COLUMN is_default BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX account_default ON account (is_default) WHERE is_default = 1;
CREATE INDEX account_brand ON account (brand) WHERE brand IS NOT NULL;

-- level: domain, outbound or relay; without an account they hold for the whole system.
CREATE TABLE default_settings (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    level    TEXT NOT NULL,
    account  BIGINT REFERENCES account (id) ON DELETE CASCADE,
    settings TEXT NOT NULL
);
CREATE UNIQUE INDEX default_settings_level ON default_settings (level, (coalesce(account, 0)));

-- position: the first of a mailbox's groups goes before the others.
CREATE TABLE mailbox_group (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    domain     BIGINT NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    position   BIGINT NOT NULL,
    ldap_group TEXT,
    settings   TEXT NOT NULL,
    created    BIGINT NOT NULL,
    UNIQUE (domain, name_key)
);
CREATE TABLE mailbox_group_member (
    mailbox BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    member_of BIGINT NOT NULL REFERENCES mailbox_group (id) ON DELETE CASCADE,
    PRIMARY KEY (mailbox, member_of)
) WITHOUT ROWID;
CREATE INDEX mailbox_group_member_group ON mailbox_group_member (member_of, mailbox);

-- keep: never removed by discovery. invalid_since: when a verifier first said that it does not exist.
ALTER TABLE mailbox ADD COLUMN access TEXT NOT NULL DEFAULT 'default';
ALTER TABLE mailbox ADD COLUMN keep BIGINT NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN full_name TEXT NOT NULL DEFAULT '';
ALTER TABLE mailbox ADD COLUMN invalid_since BIGINT;
ALTER TABLE mailbox ADD COLUMN password_changed BIGINT;
ALTER TABLE mailbox ADD COLUMN must_change BIGINT NOT NULL DEFAULT 0;
CREATE INDEX mailbox_invalid ON mailbox (invalid_since) WHERE invalid_since IS NOT NULL;

ALTER TABLE administrator ADD COLUMN password_changed BIGINT;
ALTER TABLE administrator ADD COLUMN must_change BIGINT NOT NULL DEFAULT 0;

-- Hashes of earlier passwords.
CREATE TABLE password_history (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    administrator BIGINT REFERENCES administrator (id) ON DELETE CASCADE,
    mailbox       BIGINT REFERENCES mailbox (id) ON DELETE CASCADE,
    hash          TEXT NOT NULL,
    changed       BIGINT NOT NULL
);
CREATE INDEX password_history_administrator ON password_history (administrator, id) WHERE administrator IS NOT NULL;
CREATE INDEX password_history_mailbox ON password_history (mailbox, id) WHERE mailbox IS NOT NULL;

-- The link by which a new administrator sets a password; only the token's hash.
CREATE TABLE activation_token (
    hash          TEXT PRIMARY KEY,
    administrator BIGINT NOT NULL REFERENCES administrator (id) ON DELETE CASCADE,
    created       BIGINT NOT NULL,
    expires       BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX activation_token_administrator ON activation_token (administrator);

-- Domains that may send through an outbound IP: of the account, or others by name.
CREATE TABLE outbound_member (
    outbound_ip BIGINT NOT NULL REFERENCES outbound_ip (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    domain      BIGINT REFERENCES domain (id) ON DELETE CASCADE,
    PRIMARY KEY (outbound_ip, name)
) WITHOUT ROWID;
CREATE INDEX outbound_member_domain ON outbound_member (domain) WHERE domain IS NOT NULL;

CREATE TABLE outbound_relay (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account       BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    active        BIGINT NOT NULL,
    created       BIGINT NOT NULL
);
CREATE INDEX outbound_relay_account ON outbound_relay (account, name_key);

CREATE TABLE content_filter (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    definition TEXT NOT NULL,
    created    BIGINT NOT NULL,
    UNIQUE (account, name_key)
);
-- Where it is active: at a domain or an outbound IP, in this order.
CREATE TABLE content_filter_use (
    level    TEXT NOT NULL,
    owner    BIGINT NOT NULL,
    filter   BIGINT NOT NULL REFERENCES content_filter (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    PRIMARY KEY (level, owner, filter)
) WITHOUT ROWID;
CREATE INDEX content_filter_use_filter ON content_filter_use (filter);

-- Without an account: for the whole system.
CREATE TABLE verifier (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    BIGINT REFERENCES account (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    definition TEXT NOT NULL,
    created    BIGINT NOT NULL
);
CREATE UNIQUE INDEX verifier_name ON verifier ((coalesce(account, 0)), name_key);

CREATE TABLE notification (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    BIGINT REFERENCES account (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    definition TEXT NOT NULL,
    last_sent  BIGINT,
    created    BIGINT NOT NULL
);
CREATE UNIQUE INDEX notification_name ON notification ((coalesce(account, 0)), name_key);

CREATE TABLE bulk_job (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    account  BIGINT REFERENCES account (id) ON DELETE CASCADE,
    kind     TEXT NOT NULL,
    actor    TEXT NOT NULL,
    request  TEXT NOT NULL,
    state    TEXT NOT NULL,
    total    BIGINT NOT NULL,
    done     BIGINT NOT NULL DEFAULT 0,
    failed   BIGINT NOT NULL DEFAULT 0,
    stop     BIGINT NOT NULL DEFAULT 0,
    created  BIGINT NOT NULL,
    finished BIGINT
);
CREATE INDEX bulk_job_account ON bulk_job (account, id);
CREATE INDEX bulk_job_open ON bulk_job (id) WHERE state IN ('waiting', 'running');
CREATE TABLE bulk_failure (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    job    BIGINT NOT NULL REFERENCES bulk_job (id) ON DELETE CASCADE,
    object TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX bulk_failure_job ON bulk_failure (job, id);

-- Answers to requests that may come twice.
CREATE TABLE idempotency (
    token        BIGINT NOT NULL REFERENCES api_token (id) ON DELETE CASCADE,
    key          TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status       BIGINT,
    response     TEXT,
    expires      BIGINT NOT NULL,
    PRIMARY KEY (token, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_expires ON idempotency (expires);

ALTER TABLE api_token ADD COLUMN last_used BIGINT;
ALTER TABLE api_token ADD COLUMN revoked BIGINT;
CREATE INDEX api_token_account ON api_token (account, id);

-- What belongs to a domain, mailbox or outbound IP without a foreign key goes with it.
CREATE TRIGGER domain_lists AFTER DELETE ON domain BEGIN
    DELETE FROM sender_entry WHERE level = 'domain' AND owner = old.id;
    DELETE FROM content_filter_use WHERE level = 'domain' AND owner = old.id;
END;
CREATE TRIGGER mailbox_lists AFTER DELETE ON mailbox BEGIN
    DELETE FROM sender_entry WHERE level = 'mailbox' AND owner = old.id;
END;
CREATE TRIGGER outbound_lists AFTER DELETE ON outbound_ip BEGIN
    DELETE FROM content_filter_use WHERE level = 'outbound' AND owner = old.id;
END;
CREATE TRIGGER group_lists AFTER DELETE ON mailbox_group BEGIN
    DELETE FROM sender_entry WHERE level = 'group' AND owner = old.id;
END;
