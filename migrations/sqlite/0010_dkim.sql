-- Keys that sign a domain's outbound mail. The private half is sealed with the vault's key. A key that is not active
-- signs nothing; retired says since when, so that its DNS record can be taken away some days later.
CREATE TABLE dkim_key (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    domain     BIGINT NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
    selector   TEXT NOT NULL,
    algorithm  TEXT NOT NULL,
    public_key TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    active     BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    retired    BIGINT,
    UNIQUE (domain, selector)
);
