//! The counters of requests as families of Prometheus.

use std::fmt;
use std::sync::Arc;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;
use tonic::Code;

use super::histogram::{BOUNDS, Distribution};
use super::series::{Series, code_name, is_failure};
use super::version::{Labelled, VersionMetrics};

type Labels<'a, const N: usize> = [(&'static str, &'a str); N];

/// Writes the families of all that was called.
pub(super) fn requests(
    encoder: &mut DescriptorEncoder<'_>,
    versions: &[Arc<VersionMetrics>],
) -> fmt::Result {
    let called: Vec<_> = versions
        .iter()
        .flat_map(|version| version.called())
        .collect();
    by_code(
        encoder,
        "vimana_requests",
        "Requests that ended, by the code that they ended with",
        &called,
        |_| true,
    )?;
    by_code(
        encoder,
        "vimana_request_errors",
        "Requests that failed through no fault of their caller",
        &called,
        is_failure,
    )?;
    durations(encoder, &called)?;
    in_flight(encoder, &called)?;
    counter(
        encoder,
        "vimana_requests_refused",
        "Requests for which there was no room",
        &called,
        Series::refused,
    )?;
    counter(
        encoder,
        "vimana_messages_received",
        "Messages of request streams",
        &called,
        Series::received,
    )?;
    counter(
        encoder,
        "vimana_messages_sent",
        "Messages of response streams",
        &called,
        Series::sent,
    )
}

fn labels<'a>(labelled: &Labelled<'a>) -> Labels<'a, 4> {
    [
        ("service", labelled.service),
        ("version", labelled.version),
        ("method", labelled.method),
        ("protocol", labelled.protocol.name()),
    ]
}

fn labels_with_code<'a>(labelled: &Labelled<'a>, code: Code) -> Labels<'a, 5> {
    let [service, version, method, protocol] = labels(labelled);
    [
        service,
        version,
        method,
        protocol,
        ("code", code_name(code)),
    ]
}

fn by_code(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    called: &[Labelled<'_>],
    is_counted: fn(Code) -> bool,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for labelled in called {
        for (code, read) in labelled.series.durations() {
            if is_counted(code) {
                family
                    .encode_family(&labels_with_code(labelled, code))?
                    .encode_counter::<NoLabelSet, _, u64>(&read.count, None)?;
            }
        }
    }
    Ok(())
}

fn durations(encoder: &mut DescriptorEncoder<'_>, called: &[Labelled<'_>]) -> fmt::Result {
    let mut family = encoder.encode_descriptor(
        "vimana_request_duration",
        "How long requests took, from their head to the end of the answer",
        Some(&Unit::Seconds),
        MetricType::Histogram,
    )?;
    for labelled in called {
        for (code, read) in labelled.series.durations() {
            let Distribution {
                buckets,
                count,
                sum,
            } = read;
            let bounds = BOUNDS.iter().map(|(seconds, _)| *seconds);
            let bounds = bounds.chain([f64::INFINITY]);
            let buckets: Vec<_> = bounds.zip(buckets).collect();
            family
                .encode_family(&labels_with_code(labelled, code))?
                .encode_histogram::<NoLabelSet>(sum.as_secs_f64(), count, &buckets, None)?;
        }
    }
    Ok(())
}

fn in_flight(encoder: &mut DescriptorEncoder<'_>, called: &[Labelled<'_>]) -> fmt::Result {
    let mut family = encoder.encode_descriptor(
        "vimana_requests_in_flight",
        "Requests that are being answered",
        None,
        MetricType::Gauge,
    )?;
    for labelled in called {
        family
            .encode_family(&labels(labelled))?
            .encode_gauge(&labelled.series.in_flight())?;
    }
    Ok(())
}

fn counter(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    called: &[Labelled<'_>],
    read: fn(&Series) -> u64,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for labelled in called {
        family
            .encode_family(&labels(labelled))?
            .encode_counter::<NoLabelSet, _, u64>(&read(labelled.series), None)?;
    }
    Ok(())
}
