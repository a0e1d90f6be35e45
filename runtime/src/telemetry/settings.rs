//! What a node's environment says of telemetry (the OpenTelemetry specification,
//! "Environment Variable Specification").

use std::time::Duration;

use super::trace::Sampler;

/// How telemetry is made and sent.
#[derive(Debug, Clone)]
pub struct TelemetrySettings {
    /// Which traces are recorded.
    pub(crate) sampler: Sampler,
    /// How long spans, and lines of logs, wait for more of their kind.
    pub span_delay: Duration,
    /// The same for lines of logs.
    pub log_delay: Duration,
    /// How often metrics are sent.
    pub metric_interval: Duration,
    /// How long a receiver may take to answer.
    pub timeout: Duration,
    /// How long to wait after the first failure; twice as long after each further one.
    pub backoff: Duration,
    /// How many spans or lines wait for one receiver.
    pub queue: usize,
    /// How many are sent at once.
    pub batch: usize,
    /// How long the node waits for receivers when it stops.
    pub farewell: Duration,
    /// Attributes of everything that this node sends.
    pub resource: Vec<(String, String)>,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self {
            sampler: Sampler::default(),
            span_delay: Duration::from_secs(5),
            log_delay: Duration::from_secs(1),
            metric_interval: Duration::from_mins(1),
            timeout: Duration::from_secs(10),
            backoff: Duration::from_secs(1),
            queue: 2048,
            batch: 512,
            farewell: Duration::from_secs(5),
            resource: Vec::new(),
        }
    }
}

impl TelemetrySettings {
    /// As the process's environment says.
    pub fn from_environment() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    /// As variables say, which `read` gives the values of. What cannot be read is as if
    /// it were not there, and the log tells of it.
    pub fn read(read: impl Fn(&str) -> Option<String>) -> Self {
        let read = |name: &str| read(name).filter(|value| !value.is_empty());
        let default = Self::default();
        let number = |name: &str| {
            let value = read(name)?;
            let number = value.parse::<u64>().ok().filter(|number| *number > 0);
            if number.is_none() {
                tracing::warn!(name, value, "not a number above 0, so it is left aside");
            }
            number
        };
        let millis = |name, or| number(name).map_or(or, Duration::from_millis);
        let count = |name, or: usize| {
            let number = number(name).and_then(|number| usize::try_from(number).ok());
            number.unwrap_or(or).min(1 << 16)
        };
        let queue = count("OTEL_BSP_MAX_QUEUE_SIZE", default.queue);
        Self {
            sampler: Sampler::read(
                read("OTEL_TRACES_SAMPLER").as_deref(),
                read("OTEL_TRACES_SAMPLER_ARG").as_deref(),
            ),
            span_delay: millis("OTEL_BSP_SCHEDULE_DELAY", default.span_delay),
            log_delay: millis("OTEL_BLRP_SCHEDULE_DELAY", default.log_delay),
            metric_interval: millis("OTEL_METRIC_EXPORT_INTERVAL", default.metric_interval),
            timeout: millis("OTEL_EXPORTER_OTLP_TIMEOUT", default.timeout),
            queue,
            batch: count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", default.batch).min(queue),
            resource: attributes(&read("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default()),
            backoff: default.backoff,
            farewell: default.farewell,
        }
    }
}

/// `key=value` pairs between commas, their values percent-encoded.
fn attributes(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(key, value)| {
            let value = percent_encoding::percent_decode_str(value.trim());
            (
                key.trim().to_owned(),
                value.decode_utf8_lossy().into_owned(),
            )
        })
        .filter(|(key, _)| !key.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> TelemetrySettings {
        TelemetrySettings::read(|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_says_how_often_and_how_much() {
        let settings = with(&[
            ("OTEL_BSP_SCHEDULE_DELAY", "20"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "100"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "1500"),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "host.name=a, deployment.environment.name=b%20c,,x",
            ),
        ]);
        assert_eq!(settings.span_delay, Duration::from_millis(20));
        assert_eq!((settings.queue, settings.batch), (100, 100));
        assert_eq!(settings.metric_interval, Duration::from_millis(1500));
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            settings.resource,
            [
                pair("host.name", "a"),
                pair("deployment.environment.name", "b c")
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_is_left_aside() {
        let settings = with(&[
            ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", ""),
        ]);
        assert_eq!(settings.span_delay, Duration::from_secs(5));
        assert_eq!(settings.timeout, Duration::from_secs(10));
        assert_eq!(settings.queue, 2048);
    }
}
