-- What an administrator chose for themselves: the tiles of the home page, by name.
CREATE TABLE administrator_preference (
    administrator BIGINT NOT NULL REFERENCES administrator (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    value         TEXT NOT NULL,
    PRIMARY KEY (administrator, name)
);
