//! The counters of one version.

use std::sync::OnceLock;
use std::time::SystemTime;

use vimana_proto::VersionName;

use super::series::Series;
use crate::telemetry::Protocol;

/// What is counted of the requests of one version. A series takes no memory before the
/// first request.
#[derive(Debug)]
pub(crate) struct VersionMetrics {
    /// `example.com:bar.FooService`.
    pub(super) service: String,
    /// `1.0.0`.
    pub(super) version: String,
    methods: Box<[MethodMetrics]>,
    /// When counting began.
    since: SystemTime,
}

#[derive(Debug)]
struct MethodMetrics {
    name: Box<str>,
    /// By [`Protocol::index`].
    series: [OnceLock<Box<Series>>; Protocol::ALL.len()],
}

/// A series, and what its requests have in common.
#[derive(Debug, Clone, Copy)]
pub(in crate::telemetry) struct Labelled<'a> {
    pub(in crate::telemetry) service: &'a str,
    pub(in crate::telemetry) version: &'a str,
    pub(in crate::telemetry) method: &'a str,
    pub(in crate::telemetry) protocol: Protocol,
    pub(in crate::telemetry) series: &'a Series,
}

impl VersionMetrics {
    /// Counters of a version with methods of these names, in their order.
    pub(crate) fn new<'a>(name: &VersionName, methods: impl Iterator<Item = &'a str>) -> Self {
        let methods = methods.map(|name| MethodMetrics {
            name: name.into(),
            series: [const { OnceLock::new() }; Protocol::ALL.len()],
        });
        Self {
            service: name.service.to_string(),
            version: name.version.to_string(),
            methods: methods.collect(),
            since: SystemTime::now(),
        }
    }

    /// The series of the method at `index`; none where there is no such method.
    pub(crate) fn series(&self, index: usize, protocol: Protocol) -> Option<&Series> {
        let series = self.methods.get(index)?.series.get(protocol.index())?;
        Some(series.get_or_init(|| Box::new(Series::new())))
    }

    pub(in crate::telemetry) fn since(&self) -> SystemTime {
        self.since
    }

    /// The series of all methods that were called.
    pub(in crate::telemetry) fn called(&self) -> impl Iterator<Item = Labelled<'_>> {
        self.methods.iter().flat_map(move |method| {
            let protocols = Protocol::ALL.into_iter().zip(&method.series);
            protocols.filter_map(move |(protocol, series)| {
                Some(Labelled {
                    service: &self.service,
                    version: &self.version,
                    method: &method.name,
                    protocol,
                    series: series.get()?,
                })
            })
        })
    }
}
