use std::time::Duration;

use vimana_proto::config::v1;

use super::quantity::{self, QuantityError, SIZES, TIMES, Unit};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{invalid_limit, limit_out_of_bounds};

/// What one request may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory.
    pub memory_bytes: u64,
    /// Wall time.
    pub timeout: Duration,
    /// Bytes of one request or response message.
    pub message_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 128 << 20,
            timeout: Duration::from_secs(10),
            message_bytes: 4 << 20,
        }
    }
}

/// A limit: its field, its units and its bounds. `compiler/src/rules/limit_out_of_bounds.rs`
/// explains the bounds.
struct Limit {
    field: &'static str,
    units: &'static [Unit],
    least: (u64, &'static str),
    most: (u64, &'static str),
    example: &'static str,
}

const MEMORY: Limit = Limit {
    field: "memory",
    units: SIZES,
    least: (64 << 10, "`64KiB`"),
    most: (4 << 30, "`4GiB`"),
    example: "64MiB",
};

const TIMEOUT: Limit = Limit {
    field: "timeout",
    units: TIMES,
    least: (1_000_000, "`1ms`"),
    most: (3_600_000_000_000, "`1h`"),
    example: "500ms",
};

const MESSAGE_SIZE: Limit = Limit {
    field: "message_size",
    units: SIZES,
    least: (1 << 10, "`1KiB`"),
    most: (256 << 20, "`256MiB`"),
    example: "4MiB",
};

/// The limits with defaults filled in; `span` tells where a field is written,
/// if it is.
pub(super) fn read(
    limits: &v1::Limits,
    span: impl Fn(&str) -> Option<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Limits {
    let default = Limits::default();
    let mut quantity = |limit: &Limit, text: &str| {
        // An empty string that is written is a mistake, not a default.
        let span = span(limit.field)?;
        limit
            .read(text, span)
            .map_err(|diagnostic| diagnostics.push(*diagnostic))
            .ok()
    };
    let memory = quantity(&MEMORY, &limits.memory);
    let timeout = quantity(&TIMEOUT, &limits.timeout);
    let message = quantity(&MESSAGE_SIZE, &limits.message_size);
    let read = Limits {
        memory_bytes: memory.unwrap_or(default.memory_bytes),
        timeout: timeout.map_or(default.timeout, Duration::from_nanos),
        message_bytes: message.unwrap_or(default.message_bytes),
    };
    if read.message_bytes <= read.memory_bytes {
        return read;
    }
    match (message, span("message_size")) {
        (Some(_), Some(place)) => {
            diagnostics.push(limit_out_of_bounds::message_exceeds_memory(
                place,
                &limits.message_size,
                span("memory"),
            ));
            read
        }
        // A service that asks for less memory than the default message needs
        // means just that.
        _ => Limits {
            message_bytes: read.memory_bytes,
            ..read
        },
    }
}

impl Limit {
    fn read(&self, text: &str, span: Span) -> Result<u64, Box<Diagnostic>> {
        let value = match quantity::parse(text, self.units) {
            Ok(value) => value,
            Err(QuantityError::TooLarge) => u64::MAX,
            Err(error) => {
                let why = error.to_string();
                let help = self.help(text, &error);
                let found = invalid_limit::diagnostic(span, self.field, text, &why, &help);
                return Err(Box::new(found));
            }
        };
        if (self.least.0..=self.most.0).contains(&value) {
            return Ok(value);
        }
        let is_less = value < self.least.0;
        let bounds = [self.least.1, self.most.1];
        let found = limit_out_of_bounds::diagnostic(span, self.field, text, bounds, is_less);
        Err(Box::new(found))
    }

    fn help(&self, text: &str, error: &QuantityError) -> String {
        if let QuantityError::UnknownUnit(found) = error
            && let Some(unit) = quantity::nearest_unit(found, self.units)
        {
            let number = text.trim().trim_end_matches(found.as_str()).trim_end();
            return format!("write `\"{number}{unit}\"`");
        }
        let units: Vec<_> = self
            .units
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        let example = self.example;
        format!(
            "write a number and a unit, as in `\"{example}\"`; the units are {}",
            units.join(", ")
        )
    }
}
