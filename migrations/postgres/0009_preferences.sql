-- What an administrator chose for themselves: the tiles of the home page, by name.
CREATE TABLE administrator_preference (
    administrator BIGINT NOT NULL REFERENCES administrator (id) ON DELETE CASCADE,
    name          TEXT COLLATE "C" NOT NULL,
    value         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (administrator, name)
);
