//! Who holds a lease and for how long, from a node's refusal.

use std::time::Duration;

/// The gRPC metadata that says who holds the lease.
pub(super) const HOLDER: &str = "vimana-lease-holder";
/// The gRPC metadata that says in how many milliseconds the lease ends.
pub(super) const EXPIRES_IN: &str = "vimana-lease-expires-in-ms";

/// What to assume where a node does not say: the default length of a lease.
const UNKNOWN: Duration = Duration::from_secs(10);

/// The holder and the time left, by the metadata of the refusal, else by its text.
pub(super) fn held(status: &tonic::Status) -> (String, Duration) {
    let metadata = |name| {
        status
            .metadata()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let holder = metadata(HOLDER)
        .map(str::to_owned)
        .or_else(|| quoted(status.message()))
        .unwrap_or_else(|| "somebody else".to_owned());
    let expires_in = metadata(EXPIRES_IN)
        .and_then(|text| text.parse().ok())
        .map(Duration::from_millis)
        .or_else(|| seconds(status.message()))
        .unwrap_or(UNKNOWN);
    (holder, expires_in.min(Duration::from_mins(1)))
}

/// The text in backquotes behind `by`, else the first one.
fn quoted(message: &str) -> Option<String> {
    message
        .find("by `")
        .map_or(message, |at| &message[at..])
        .split('`')
        .nth(1)
        .filter(|holder| !holder.is_empty())
        .map(str::to_owned)
}

/// The number before the first `s` or `ms` that stands alone or behind it.
fn seconds(message: &str) -> Option<Duration> {
    let words: Vec<&str> = message
        .split_whitespace()
        .map(|word| word.trim_matches([',', ';', '.', '(', ')']))
        .collect();
    words.iter().enumerate().find_map(|(index, word)| {
        let (number, unit) = match word.find(|digit: char| !digit.is_ascii_digit() && digit != '.')
        {
            Some(at) => word.split_at(at),
            None => (*word, *words.get(index + 1)?),
        };
        let number: f64 = number.parse().ok()?;
        match unit {
            "s" | "second" | "seconds" => Duration::try_from_secs_f64(number).ok(),
            "ms" => Duration::try_from_secs_f64(number / 1e3).ok(),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_says_who_holds_the_lease_and_for_how_long() {
        let mut status = tonic::Status::aborted("the lease is held");
        status
            .metadata_mut()
            .insert(HOLDER, "ada@host".parse().unwrap());
        status
            .metadata_mut()
            .insert(EXPIRES_IN, "7500".parse().unwrap());
        assert_eq!(
            held(&status),
            ("ada@host".to_owned(), Duration::from_millis(7500))
        );
    }

    #[test]
    fn without_metadata_the_message_says_it() {
        for (message, seconds) in [
            ("the lease is held by `ada@host` for another 8 s", 8),
            (
                "workspace `acme` is being applied by `ada@host` (generation 4); the lease ends in 8 s unless it is renewed",
                8,
            ),
            ("`ada@host` applies; its lease expires in 8s", 8),
            ("`ada@host` holds the lease for 8000 ms.", 8),
            ("`ada@host` holds the lease", 10),
        ] {
            let status = tonic::Status::aborted(message);
            assert_eq!(
                held(&status),
                ("ada@host".to_owned(), Duration::from_secs(seconds)),
                "{message}"
            );
        }
    }

    #[test]
    fn a_lease_never_makes_one_wait_for_longer_than_a_lease_can_last() {
        let status = tonic::Status::aborted("held for 1e300 s, 99999999 s");
        assert_eq!(held(&status).1, Duration::from_mins(1));
    }
}
