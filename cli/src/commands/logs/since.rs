use std::str::FromStr;
use std::time::SystemTime;

use prost_types::Timestamp;

use crate::duration;

/// The time of `--since`.
#[derive(Debug, Clone)]
pub(super) struct Since(Timestamp);

impl Since {
    pub(super) fn time(&self) -> Timestamp {
        self.0
    }
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(ago) = duration::parse(text) {
            let time = SystemTime::now().checked_sub(ago);
            let time = time.unwrap_or(SystemTime::UNIX_EPOCH);
            return Ok(Self(time.max(SystemTime::UNIX_EPOCH).into()));
        }
        // Without a time of day, it would mean the same in every time zone but one.
        let is_time = text.contains(['T', 't']);
        let time = is_time.then(|| text.parse().ok()).flatten();
        time.map(Self)
            .ok_or("expected a duration such as `10m`, or a time such as `2030-01-31T12:00:00Z`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_or_how_long_ago_it_was_is_understood() {
        let time: Since = "2030-01-31T12:00:00Z".parse().unwrap();
        assert_eq!(time.time().to_string(), "2030-01-31T12:00:00Z");
        let ago: Since = "10m".parse().unwrap();
        let now = Timestamp::from(SystemTime::now());
        assert!((595..=600).contains(&(now.seconds - ago.time().seconds)));
        for bad in ["", "10", "yesterday", "2030-01-31"] {
            assert!(bad.parse::<Since>().is_err(), "{bad}");
        }
    }
}
