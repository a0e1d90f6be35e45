//! The counters of one version.

use std::sync::OnceLock;

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
}

#[derive(Debug)]
struct MethodMetrics {
    name: Box<str>,
    /// By [`Protocol::index`].
    series: [OnceLock<Box<Series>>; Protocol::ALL.len()],
}

/// A series, and what its requests have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labelled<'a> {
    pub(super) service: &'a str,
    pub(super) version: &'a str,
    pub(super) method: &'a str,
    pub(super) protocol: Protocol,
    pub(super) series: &'a Series,
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
        }
    }

    /// The series of the method at `index`; none where there is no such method.
    pub(crate) fn series(&self, index: usize, protocol: Protocol) -> Option<&Series> {
        let series = self.methods.get(index)?.series.get(protocol.index())?;
        Some(series.get_or_init(|| Box::new(Series::new())))
    }

    /// The series of all methods that were called.
    pub(super) fn called(&self) -> impl Iterator<Item = Labelled<'_>> {
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
