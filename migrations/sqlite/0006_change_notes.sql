-- What each change was about, so that a running server reads again only that. A counter without a note: everything.
CREATE TABLE change_note (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    counter BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    object  BIGINT NOT NULL
);
CREATE INDEX change_note_counter ON change_note (counter);
