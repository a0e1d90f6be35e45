//! One limit: its field, its units and its bounds.
//! `compiler/src/rules/service_config/limit_out_of_bounds.rs` explains the bounds.

use super::quantity::{self, QuantityError, SIZES, TIMES, Unit};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{invalid_limit, limit_out_of_bounds};

/// A limit that is written with a unit.
pub(super) struct Limit {
    pub(super) field: &'static str,
    units: &'static [Unit],
    least: (u64, &'static str),
    most: (u64, &'static str),
    example: &'static str,
}

/// A limit that is a number.
pub(super) struct Count {
    pub(super) field: &'static str,
    least: u32,
    most: u32,
}

pub(super) const MEMORY: Limit = Limit {
    field: "memory",
    units: SIZES,
    least: (64 << 10, "`64KiB`"),
    most: (4 << 30, "`4GiB`"),
    example: "64MiB",
};

pub(super) const TIMEOUT: Limit = Limit {
    field: "timeout",
    units: TIMES,
    least: (1_000_000, "`1ms`"),
    most: (3_600_000_000_000, "`1h`"),
    example: "500ms",
};

pub(super) const CPU_TIME: Limit = Limit {
    field: "cpu_time",
    ..TIMEOUT
};

pub(super) const MESSAGE_SIZE: Limit = Limit {
    field: "message_size",
    units: SIZES,
    least: (1 << 10, "`1KiB`"),
    most: (256 << 20, "`256MiB`"),
    example: "4MiB",
};

pub(super) const REQUEST_SIZE: Limit = Limit {
    field: "request_size",
    ..MESSAGE_SIZE
};

pub(super) const RESPONSE_SIZE: Limit = Limit {
    field: "response_size",
    ..MESSAGE_SIZE
};

/// Of `auth`.
pub(super) const CLOCK_SKEW: Limit = Limit {
    field: "clock_skew",
    units: TIMES,
    least: (0, "`0s`"),
    most: (600_000_000_000, "`10m`"),
    example: "60s",
};

/// Of `http.cors`.
pub(super) const MAX_AGE: Limit = Limit {
    field: "max_age",
    units: TIMES,
    least: (0, "`0s`"),
    most: (86_400_000_000_000, "`24h`"),
    example: "10m",
};

pub(super) const CONCURRENT_REQUESTS: Count = Count {
    field: "concurrent_requests",
    least: 1,
    most: 10_000,
};

pub(super) const QUEUE_LENGTH: Count = Count {
    field: "queue_length",
    least: 0,
    most: 10_000,
};

pub(super) const STREAMS: Count = Count {
    field: "streams",
    least: 0,
    most: 10_000,
};

pub(super) const MAX_REQUESTS: Count = Count {
    field: "max_requests",
    least: 1,
    most: 1_000_000,
};

impl Limit {
    pub(super) fn read(&self, text: &str, span: Span) -> Result<u64, Box<Diagnostic>> {
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

impl Count {
    pub(super) fn check(&self, found: u32, span: Span) -> Result<u32, Box<Diagnostic>> {
        if (self.least..=self.most).contains(&found) {
            return Ok(found);
        }
        let [least, most] = [self.least, self.most].map(|bound| format!("`{bound}`"));
        let is_less = found < self.least;
        let found = found.to_string();
        let bounds = [least.as_str(), most.as_str()];
        let diagnostic = limit_out_of_bounds::diagnostic(span, self.field, &found, bounds, is_less);
        Err(Box::new(diagnostic))
    }
}
