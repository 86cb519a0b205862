-- What became of TLS towards the Internet: sessions of a UTC day by the policy of the recipients' domain and by what went
-- wrong, until they are reported (RFC 8460); and what was reported.
CREATE TABLE tls_result (
    day      BIGINT NOT NULL,
    domain   TEXT COLLATE "C" NOT NULL,
    -- A digest of kind, policy and mx, which are too long for a key.
    policy_key TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    policy   TEXT COLLATE "C" NOT NULL,
    mx       TEXT COLLATE "C" NOT NULL,
    host     TEXT COLLATE "C" NOT NULL,
    address  TEXT COLLATE "C" NOT NULL,
    failure  TEXT COLLATE "C" NOT NULL,
    detail   TEXT COLLATE "C" NOT NULL,
    sessions BIGINT NOT NULL,
    PRIMARY KEY (day, domain, policy_key, host, address, failure)
);
CREATE TABLE tls_report (
    day       BIGINT NOT NULL,
    domain    TEXT COLLATE "C" NOT NULL,
    successes BIGINT NOT NULL,
    failures  BIGINT NOT NULL,
    sent_to   TEXT COLLATE "C" NOT NULL,
    problem   TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (day, domain)
);
