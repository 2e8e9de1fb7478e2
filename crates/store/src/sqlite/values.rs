//! Values between the domain and columns: times, digests, states.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::records::StoreError;

/// A time as stored: microseconds since 1970.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The stored time back.
pub(crate) fn timestamp(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| StoreError::Corrupt("a time out of range".to_owned()))
}

/// A number that is never negative, as SQLite's signed integer.
pub(crate) fn signed(n: u64) -> Result<i64, StoreError> {
    i64::try_from(n).map_err(|_| StoreError::Other("a number over 2⁶³".to_owned()))
}

/// A count or size back.
pub(crate) fn unsigned(n: i64) -> Result<u64, StoreError> {
    u64::try_from(n).map_err(|_| StoreError::Corrupt("a negative count".to_owned()))
}

/// A small ordinal back.
pub(crate) fn small(n: i64) -> Result<u32, StoreError> {
    u32::try_from(n).map_err(|_| StoreError::Corrupt("an ordinal out of range".to_owned()))
}

/// A text column as the domain type that it spells. The message names the column, never the value.
pub(crate) fn parsed<T: FromStr<Err: Display>>(row: &SqliteRow, column: &str) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|e| StoreError::Corrupt(format!("column {column}: {e}")))
}

/// The same for a column that may be NULL.
pub(crate) fn parsed_opt<T: FromStr<Err: Display>>(row: &SqliteRow, column: &str) -> Result<Option<T>, StoreError> {
    let text: Option<&str> = row.try_get(column)?;
    let parse = |t: &str| t.parse().map_err(|e| StoreError::Corrupt(format!("column {column}: {e}")));
    text.map(parse).transpose()
}

/// A JSON column as the domain type that it holds.
pub(crate) fn json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt(format!("column {column}: not what it should hold")))
}

/// A state column back.
pub(crate) fn state<T>(row: &SqliteRow, column: &str, parse: fn(&str) -> Option<T>) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    parse(text).ok_or_else(|| StoreError::Corrupt(format!("column {column}: not one of its words")))
}
