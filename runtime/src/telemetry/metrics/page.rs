//! All that `/metrics` says.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::prometheus;
use super::text::MetricsFormat;
use super::version::VersionMetrics;
use crate::telemetry::export::{Count, Counts, Signal};
use crate::telemetry::process::Process;

/// The node at one moment.
#[derive(Debug, Default)]
pub struct MetricsPage {
    /// The versions that are deployed.
    pub(crate) versions: Vec<Arc<VersionMetrics>>,
    /// How many services are.
    pub(crate) services: usize,
    /// How many guests run.
    pub(crate) guests: u32,
    /// How many may.
    pub(crate) guest_limit: u32,
    /// What became of telemetry that is sent to receivers.
    pub(crate) exports: Arc<Counts>,
}

impl MetricsPage {
    /// The page as text. Reads files of the system, and takes a while where much is
    /// deployed.
    pub fn render(self, format: MetricsFormat) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut openmetrics = String::new();
        text::encode(&mut openmetrics, &registry)
            .expect("to write to a string does not fail, and all names are ours");
        match format {
            MetricsFormat::OpenMetrics => openmetrics,
            MetricsFormat::Prometheus => super::text::to_prometheus(&openmetrics),
        }
    }
}

impl Collector for MetricsPage {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        encoder
            .encode_descriptor("vimana_build", "The release", None, MetricType::Info)?
            .encode_info(&version)?;
        let mut gauge = |name: &str, help: &str, value: u64| {
            encoder
                .encode_descriptor(name, help, None, MetricType::Gauge)?
                .encode_gauge(&value)
        };
        gauge(
            "vimana_services",
            "Services that are deployed",
            self.services as u64,
        )?;
        gauge(
            "vimana_versions",
            "Versions that are deployed",
            self.versions.len() as u64,
        )?;
        gauge("vimana_guests", "Guests that run", u64::from(self.guests))?;
        gauge(
            "vimana_guest_limit",
            "Guests that may run at once",
            u64::from(self.guest_limit),
        )?;
        exports(&mut encoder, &self.exports)?;
        process(&mut encoder, &Process::read())?;
        prometheus::requests(&mut encoder, &self.versions)
    }
}

fn exports(encoder: &mut DescriptorEncoder<'_>, counts: &Counts) -> fmt::Result {
    let mut family = |name: &str, help: &str, read: fn(&Count) -> u64| {
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for signal in Signal::ALL {
            family
                .encode_family(&[("signal", signal.name())])?
                .encode_counter::<NoLabelSet, _, u64>(&read(counts.of(signal)), None)?;
        }
        Ok(())
    };
    family(
        "vimana_telemetry_sent",
        "Spans, reports of metrics and lines of logs that receivers took",
        Count::sent,
    )?;
    family(
        "vimana_telemetry_dropped",
        "Spans, reports of metrics and lines of logs that found no room or no receiver",
        Count::dropped,
    )
}

/// The process, by the names that Prometheus' own libraries give.
fn process(encoder: &mut DescriptorEncoder<'_>, process: &Process) -> fmt::Result {
    encoder
        .encode_descriptor(
            "process_cpu_seconds",
            "CPU time of the process",
            None,
            MetricType::Counter,
        )?
        .encode_counter::<NoLabelSet, _, f64>(&process.cpu.as_secs_f64(), None)?;
    let mut gauge = |name: &str, help: &str, value: Option<u64>| match value {
        None => Ok(()),
        Some(value) => encoder
            .encode_descriptor(name, help, None, MetricType::Gauge)?
            .encode_gauge(&value),
    };
    gauge(
        "process_resident_memory_bytes",
        "Memory of the process that is in use",
        process.resident_bytes,
    )?;
    gauge(
        "process_virtual_memory_bytes",
        "Memory of the process that is mapped",
        process.virtual_bytes,
    )?;
    gauge(
        "process_open_fds",
        "Open file descriptors",
        process.open_files,
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic::Code;

    use super::*;
    use crate::telemetry::Protocol;

    fn page() -> MetricsPage {
        let name = "a.com:x.Y@1.0.0".parse().unwrap();
        let version = VersionMetrics::new(&name, ["Get", "Unused"].into_iter());
        let series = version.series(0, Protocol::Json).unwrap();
        series.begin();
        series.begin();
        series.end(Code::Internal, Duration::from_millis(3));
        MetricsPage {
            versions: vec![Arc::new(version)],
            services: 1,
            guests: 1,
            guest_limit: 8,
            exports: Arc::default(),
        }
    }

    #[test]
    fn both_formats_say_the_same() {
        let openmetrics = page().render(MetricsFormat::OpenMetrics);
        assert!(openmetrics.ends_with("# EOF\n"), "{openmetrics}");
        let prometheus = page().render(MetricsFormat::Prometheus);
        assert!(!prometheus.contains("# EOF"), "{prometheus}");
        let labels = r#"service="a.com:x.Y",version="1.0.0",method="Get",protocol="json""#;
        for line in [
            format!(r#"vimana_requests_total{{{labels},code="INTERNAL"}} 1"#),
            format!(r#"vimana_request_errors_total{{{labels},code="INTERNAL"}} 1"#),
            format!(r#"vimana_request_duration_seconds_count{{{labels},code="INTERNAL"}} 1"#),
            format!(r#"vimana_requests_in_flight{{{labels}}} 1"#),
            "vimana_guests 1".to_owned(),
        ] {
            for text in [&openmetrics, &prometheus] {
                assert!(text.lines().any(|found| found == line), "{line}: {text}");
            }
        }
        assert!(!prometheus.contains("Unused"), "it was not called");
    }
}
