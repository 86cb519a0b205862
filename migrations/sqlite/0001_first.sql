-- Times are milliseconds since 1970 UTC. Words (role, state, category, action ...) are those of the model crate.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Bumped by each change of configuration; a running server polls it.
CREATE TABLE change (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    counter BIGINT NOT NULL
);
INSERT INTO change (id, counter) VALUES (1, 1);

-- Ids of configuration are never used twice: links and audit rows name them.
CREATE TABLE account (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    created  BIGINT NOT NULL
);

CREATE TABLE domain (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account      BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name         TEXT NOT NULL UNIQUE,
    unrecognized TEXT NOT NULL,
    settings     TEXT NOT NULL,
    gateways     TEXT NOT NULL,
    created      BIGINT NOT NULL
);
CREATE INDEX domain_account ON domain (account, name);

CREATE TABLE mailbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    domain          BIGINT NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
    address         TEXT NOT NULL,
    state           TEXT NOT NULL,
    password_hash   TEXT,
    settings        TEXT NOT NULL,
    link_generation BIGINT NOT NULL DEFAULT 0,
    created         BIGINT NOT NULL
);
CREATE INDEX mailbox_domain ON mailbox (domain, address);

-- Every address under which a mailbox is found, the primary one included, in the form of EmailAddress::key.
CREATE TABLE mailbox_address (
    key        TEXT PRIMARY KEY,
    mailbox    BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    address    TEXT NOT NULL,
    is_primary BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX mailbox_address_mailbox ON mailbox_address (mailbox, is_primary, key);

CREATE TABLE administrator (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL,
    account       BIGINT REFERENCES account (id) ON DELETE CASCADE,
    password_hash TEXT,
    active        BIGINT NOT NULL,
    created       BIGINT NOT NULL
);
CREATE INDEX administrator_account ON administrator (account, email_key);

CREATE TABLE session (
    token_hash    TEXT PRIMARY KEY,
    administrator BIGINT REFERENCES administrator (id) ON DELETE CASCADE,
    mailbox       BIGINT REFERENCES mailbox (id) ON DELETE CASCADE,
    created       BIGINT NOT NULL,
    last_seen     BIGINT NOT NULL,
    origin        TEXT NOT NULL,
    form_token    TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_administrator ON session (administrator);
CREATE INDEX session_mailbox ON session (mailbox);
CREATE INDEX session_last_seen ON session (last_seen);

CREATE TABLE login_failure (
    key      TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last     BIGINT NOT NULL,
    until    BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_token (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    hash    TEXT NOT NULL UNIQUE,
    name    TEXT NOT NULL,
    scopes  TEXT NOT NULL,
    account BIGINT REFERENCES account (id) ON DELETE CASCADE,
    created BIGINT NOT NULL
);

-- level: domain or mailbox; kind: friend or enemy. position keeps the order in which they were written.
CREATE TABLE sender_entry (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    level    TEXT NOT NULL,
    owner    BIGINT NOT NULL,
    kind     TEXT NOT NULL,
    position BIGINT NOT NULL,
    entry    TEXT NOT NULL,
    comment  TEXT NOT NULL,
    UNIQUE (level, owner, kind, entry)
);

CREATE TABLE outbound_ip (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    account  BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    range    TEXT NOT NULL UNIQUE,
    nickname TEXT NOT NULL,
    settings TEXT NOT NULL
);

CREATE TABLE message (
    id            TEXT PRIMARY KEY,
    received      BIGINT NOT NULL,
    direction     TEXT NOT NULL,
    client_ip     TEXT NOT NULL,
    helo          TEXT NOT NULL,
    tls           TEXT,
    envelope_from TEXT NOT NULL,
    header_from   TEXT NOT NULL,
    subject       TEXT NOT NULL,
    size          BIGINT NOT NULL,
    score         DOUBLE PRECISION NOT NULL,
    findings      TEXT NOT NULL,
    headline      TEXT NOT NULL
);

CREATE TABLE recipient (
    message     TEXT NOT NULL,
    address     TEXT NOT NULL,
    received    BIGINT NOT NULL,
    mailbox     BIGINT,
    domain      BIGINT,
    account     BIGINT,
    category    TEXT NOT NULL,
    action      TEXT NOT NULL,
    disposition TEXT NOT NULL,
    filter      TEXT NOT NULL,
    info        TEXT NOT NULL,
    host        TEXT NOT NULL DEFAULT '',
    reply       TEXT NOT NULL DEFAULT '',
    updated     BIGINT NOT NULL,
    PRIMARY KEY (message, address)
) WITHOUT ROWID;
CREATE INDEX recipient_mailbox ON recipient (mailbox, received, category) WHERE mailbox IS NOT NULL;

CREATE TABLE quarantine (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    message         TEXT NOT NULL,
    recipient       TEXT NOT NULL,
    mailbox         BIGINT,
    domain          BIGINT,
    account         BIGINT,
    received        BIGINT NOT NULL,
    direction       TEXT NOT NULL,
    sender          TEXT NOT NULL,
    envelope_from   TEXT NOT NULL,
    subject         TEXT NOT NULL,
    category        TEXT NOT NULL,
    action          TEXT NOT NULL,
    disposition     TEXT NOT NULL,
    system          BIGINT NOT NULL,
    blob            TEXT NOT NULL,
    edits           BLOB NOT NULL,
    size            BIGINT NOT NULL,
    score           DOUBLE PRECISION NOT NULL,
    verdict         TEXT NOT NULL,
    releasing_since BIGINT,
    releasing_by    TEXT NOT NULL DEFAULT '',
    release_id      TEXT,
    acted_by        TEXT NOT NULL DEFAULT '',
    acted_at        BIGINT,
    UNIQUE (message, recipient)
);
-- The lists that people open: what is held now, for the whole system by each column, else by scope and time.
CREATE INDEX quarantine_held_received ON quarantine (received) WHERE disposition = 'quarantined' AND system = 0;
CREATE INDEX quarantine_held_sender ON quarantine (sender) WHERE disposition = 'quarantined' AND system = 0;
CREATE INDEX quarantine_held_recipient ON quarantine (recipient) WHERE disposition = 'quarantined' AND system = 0;
CREATE INDEX quarantine_held_subject ON quarantine (subject) WHERE disposition = 'quarantined' AND system = 0;
CREATE INDEX quarantine_held_category ON quarantine (category, received) WHERE disposition = 'quarantined' AND system = 0;
CREATE INDEX quarantine_held_size ON quarantine (size) WHERE disposition = 'quarantined' AND system = 0;
CREATE INDEX quarantine_held_score ON quarantine (score) WHERE disposition = 'quarantined' AND system = 0;
CREATE INDEX quarantine_received ON quarantine (received);
CREATE INDEX quarantine_account ON quarantine (account, received);
CREATE INDEX quarantine_domain ON quarantine (domain, received);
CREATE INDEX quarantine_mailbox ON quarantine (mailbox, received);
CREATE INDEX quarantine_blob ON quarantine (blob);
CREATE INDEX quarantine_release ON quarantine (release_id) WHERE release_id IS NOT NULL;

-- Search: every three characters of what the list shows.
CREATE VIRTUAL TABLE quarantine_search USING fts5 (
    sender, envelope_from, recipient, subject,
    content = 'quarantine', content_rowid = 'id', tokenize = 'trigram', detail = 'full', columnsize = 0
);
CREATE TRIGGER quarantine_search_insert AFTER INSERT ON quarantine BEGIN
    INSERT INTO quarantine_search (rowid, sender, envelope_from, recipient, subject)
    VALUES (new.id, new.sender, new.envelope_from, new.recipient, new.subject);
END;
CREATE TRIGGER quarantine_search_delete AFTER DELETE ON quarantine BEGIN
    INSERT INTO quarantine_search (quarantine_search, rowid, sender, envelope_from, recipient, subject)
    VALUES ('delete', old.id, old.sender, old.envelope_from, old.recipient, old.subject);
END;

-- Recipients by hour; 0 stands for mail that belongs to no domain or account.
CREATE TABLE traffic_hour (
    hour      BIGINT NOT NULL,
    domain    BIGINT NOT NULL,
    account   BIGINT NOT NULL,
    direction TEXT NOT NULL,
    category  TEXT NOT NULL,
    action    TEXT NOT NULL,
    count     BIGINT NOT NULL,
    bytes     BIGINT NOT NULL,
    PRIMARY KEY (hour, domain, account, direction, category, action)
) WITHOUT ROWID;

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    origin  TEXT NOT NULL,
    act     TEXT NOT NULL,
    object  TEXT NOT NULL,
    detail  TEXT NOT NULL,
    account BIGINT
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_object ON audit (object, at);
CREATE INDEX audit_account ON audit (account, at);

CREATE TABLE digest (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    mailbox  BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    sent     BIGINT NOT NULL,
    since    BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    messages BIGINT NOT NULL
);
CREATE INDEX digest_mailbox ON digest (mailbox, until);
