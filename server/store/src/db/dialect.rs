//! Which database, and what is said differently to each.

/// The kind of database behind a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The text for this database.
    pub fn pick(self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        }
    }

    /// LIKE that does not tell `A` from `a`. SQLite's never does; PostgreSQL has a word for it.
    pub fn like(self) -> &'static str {
        self.pick(" LIKE ", " ILIKE ")
    }

    /// Milliseconds since 1970 by the clock that all nodes share: PostgreSQL's, or with SQLite the machine's.
    pub fn now_ms(self) -> &'static str {
        self.pick(
            "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
        )
    }
}
