//! What an error of SQLite means for the one who asked.

use crate::records::StoreError;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy(text),
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed => Self::Unavailable(text),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Corrupt(text),
            sqlx::Error::Database(database) => match primary_code(database.code().as_deref()) {
                // SQLITE_BUSY, SQLITE_LOCKED
                Some(5 | 6) => Self::Busy(text),
                // SQLITE_PERM, READONLY, IOERR, FULL, CANTOPEN, NOLFS
                Some(3 | 8 | 10 | 13 | 14 | 22) => Self::Unavailable(text),
                // SQLITE_CORRUPT, SQLITE_NOTADB
                Some(11 | 26) => Self::Corrupt(text),
                _ => Self::Other(text),
            },
            _ => Self::Other(text),
        }
    }
}

/// The low byte of an extended result code is the primary one (sqlite.org/rescode.html).
fn primary_code(extended: Option<&str>) -> Option<i32> {
    extended?.parse::<i32>().ok().map(|code| code & 0xff)
}
