-- Who does a job that must be done once in the cluster, and until when.
CREATE TABLE lease (
    name  TEXT COLLATE "C" PRIMARY KEY,
    node  TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL
);

-- A mailbox's period ends once: of two nodes that send its digest, one can note it.
DELETE FROM digest WHERE id NOT IN (SELECT min(id) FROM digest GROUP BY mailbox, until);
DROP INDEX digest_mailbox;
CREATE UNIQUE INDEX digest_mailbox ON digest (mailbox, until);
