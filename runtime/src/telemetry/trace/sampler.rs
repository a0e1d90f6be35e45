//! Which traces are recorded (the OpenTelemetry specification, "Tracing SDK", "Built-in
//! samplers").

use super::context::SpanContext;

/// Decides whether a request is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sampler {
    /// Whether to do as whoever sent the request did.
    follows_parent: bool,
    /// Traces whose identifier's last 63 bits are below are recorded.
    below: u64,
}

/// As many values as 63 bits have: all traces.
const ALL: u64 = 1 << 63;

impl Default for Sampler {
    /// As the sender did, and all that nobody sent in a trace.
    fn default() -> Self {
        Self {
            follows_parent: true,
            below: ALL,
        }
    }
}

impl Sampler {
    /// The sampler of a name and its argument, as in `OTEL_TRACES_SAMPLER`.
    pub(crate) fn read(name: Option<&str>, argument: Option<&str>) -> Self {
        let Some(name) = name else {
            return Self::default();
        };
        let (follows_parent, kind) = match name.strip_prefix("parentbased_") {
            Some(kind) => (true, kind),
            None => (false, name),
        };
        let below = match kind {
            "always_on" => ALL,
            "always_off" => 0,
            "traceidratio" => ratio(argument),
            _ => {
                tracing::warn!(name, "no sampler that is known, so all is recorded");
                return Self::default();
            }
        };
        Self {
            follows_parent,
            below,
        }
    }

    pub(crate) fn is_sampled(self, parent: Option<SpanContext>, trace: u128) -> bool {
        match parent {
            Some(parent) if self.follows_parent => parent.is_sampled,
            _ => (trace & u128::from(ALL - 1)) < u128::from(self.below),
        }
    }
}

fn ratio(argument: Option<&str>) -> u64 {
    let Some(argument) = argument else {
        return ALL;
    };
    match argument.parse::<f64>() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a ratio from 0 to 1 of a power of two is within both types"
            )]
            let below = (ratio * ALL as f64) as u64;
            below
        }
        _ => {
            tracing::warn!(argument, "no ratio from 0 to 1, so all is recorded");
            ALL
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(sampler: Sampler) -> usize {
        let ids = (0..1000_u128).map(|index| index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        ids.filter(|id| sampler.is_sampled(None, *id)).count()
    }

    #[test]
    fn a_ratio_is_a_share_of_the_traces() {
        let ratio = |ratio| Sampler::read(Some("traceidratio"), Some(ratio));
        assert_eq!(share(ratio("1")), 1000);
        assert_eq!(share(ratio("0")), 0);
        assert!((200..300).contains(&share(ratio("0.25"))));
        assert_eq!(share(Sampler::read(Some("always_off"), None)), 0);
        assert_eq!(share(Sampler::read(Some("sometimes"), None)), 1000);
        assert_eq!(share(ratio("2")), 1000);
    }

    #[test]
    fn a_sampler_that_follows_its_parent_does_what_it_did() {
        let on = SpanContext::new(1, true);
        let off = SpanContext::new(1, false);
        let follows = Sampler::default();
        assert!(follows.is_sampled(Some(on), 1));
        assert!(!follows.is_sampled(Some(off), 1));
        let never = Sampler::read(Some("parentbased_always_off"), None);
        assert!(never.is_sampled(Some(on), 1) && !never.is_sampled(None, 1));
        let always = Sampler::read(Some("always_on"), None);
        assert!(always.is_sampled(Some(off), 1));
    }
}
