//! The message of the calls that are measured: ten fields, as `tests/repos/echo` says.

use serde::{Deserialize, Serialize};

/// `echo.v1.Record`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Record {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "3")]
    place: String,
    #[prost(int32, tag = "4")]
    count: i32,
    #[prost(int64, tag = "5")]
    made: i64,
    #[prost(double, tag = "6")]
    weight: f64,
    #[prost(float, tag = "7")]
    confidence: f32,
    #[prost(bool, tag = "8")]
    active: bool,
    #[prost(uint32, tag = "9")]
    parts: u32,
    #[prost(string, repeated, tag = "10")]
    tags: Vec<String>,
}

/// The same as JSON has it, where 64 bits are a string.
#[derive(Serialize, Deserialize)]
pub(super) struct JsonRecord {
    id: String,
    name: String,
    place: String,
    count: i32,
    made: String,
    weight: f64,
    confidence: f32,
    active: bool,
    parts: u32,
    tags: Vec<String>,
}

impl Record {
    pub(super) fn example() -> Self {
        Self {
            id: "shelf-7/book-1204".to_owned(),
            name: "The Left Hand".to_owned(),
            place: "shelf 3, right".to_owned(),
            count: 42,
            made: 1_763_676_000_000,
            weight: 0.75,
            confidence: 0.5,
            active: true,
            parts: 300,
            tags: vec!["novel".to_owned(), "sf".to_owned()],
        }
    }
}

impl JsonRecord {
    pub(super) fn example() -> Self {
        let Record {
            id,
            name,
            place,
            count,
            made,
            weight,
            confidence,
            active,
            parts,
            tags,
        } = Record::example();
        Self {
            id,
            name,
            place,
            count,
            made: made.to_string(),
            weight,
            confidence,
            active,
            parts,
            tags,
        }
    }
}
