-- What became of TLS towards the Internet: sessions of a UTC day by the policy of the recipients' domain and by what went
-- wrong, until they are reported (RFC 8460); and what was reported.
CREATE TABLE tls_result (
    day      BIGINT NOT NULL,
    domain   TEXT NOT NULL,
    -- A digest of kind, policy and mx, which are too long for a key.
    policy_key TEXT NOT NULL,
    kind     TEXT NOT NULL,
    policy   TEXT NOT NULL,
    mx       TEXT NOT NULL,
    host     TEXT NOT NULL,
    address  TEXT NOT NULL,
    failure  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    sessions BIGINT NOT NULL,
    PRIMARY KEY (day, domain, policy_key, host, address, failure)
);
CREATE TABLE tls_report (
    day       BIGINT NOT NULL,
    domain    TEXT NOT NULL,
    successes BIGINT NOT NULL,
    failures  BIGINT NOT NULL,
    sent_to   TEXT NOT NULL,
    problem   TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (day, domain)
);
