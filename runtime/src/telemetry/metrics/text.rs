//! The two text formats that Prometheus reads.

/// A text format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsFormat {
    /// `OpenMetrics` 1.0, which Prometheus asks for.
    OpenMetrics,
    /// Prometheus' own, version 0.0.4, which everything that reads metrics understands.
    Prometheus,
}

impl MetricsFormat {
    /// The format for who accepts these types, as in `Accept`.
    pub(crate) fn of(accept: &str) -> Self {
        let mut types = accept.split(',').filter_map(|item| item.split(';').next());
        if types.any(|name| {
            name.trim()
                .eq_ignore_ascii_case("application/openmetrics-text")
        }) {
            Self::OpenMetrics
        } else {
            Self::Prometheus
        }
    }

    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// `OpenMetrics` as Prometheus' own format says it: a counter's family has the name of
/// its samples, an info is a gauge, and there are neither units nor an end.
pub(super) fn to_prometheus(openmetrics: &str) -> String {
    let mut out = String::with_capacity(openmetrics.len() + 1024);
    let mut help = None;
    for line in openmetrics.lines() {
        if let Some(described) = line.strip_prefix("# HELP ") {
            help = described.split_once(' ');
        } else if let Some(typed) = line.strip_prefix("# TYPE ") {
            let Some((name, kind)) = typed.split_once(' ') else {
                continue;
            };
            let (suffix, kind) = match kind {
                "counter" => ("_total", "counter"),
                "info" => ("_info", "gauge"),
                "unknown" => ("", "untyped"),
                kind => ("", kind),
            };
            if let Some((_, text)) = help.take() {
                out.extend(["# HELP ", name, suffix, " ", text, "\n"]);
            }
            out.extend(["# TYPE ", name, suffix, " ", kind, "\n"]);
        } else if !line.starts_with('#') {
            out.extend([line, "\n"]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_openmetrics_gets_it() {
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.1";
        assert_eq!(MetricsFormat::of(prometheus), MetricsFormat::OpenMetrics);
        assert_eq!(
            MetricsFormat::of("text/plain;version=0.0.4"),
            MetricsFormat::Prometheus
        );
        assert_eq!(MetricsFormat::of("*/*"), MetricsFormat::Prometheus);
        assert_eq!(MetricsFormat::of(""), MetricsFormat::Prometheus);
    }

    #[test]
    fn a_counter_is_named_as_its_samples() {
        let openmetrics = "# HELP a Some text.\n# TYPE a counter\na_total{b=\"# c\"} 1\n\
             # HELP d_seconds More.\n# TYPE d_seconds histogram\n# UNIT d_seconds seconds\n\
             d_seconds_sum 1.5\n# EOF\n";
        let prometheus = "# HELP a_total Some text.\n# TYPE a_total counter\na_total{b=\"# c\"} 1\n\
             # HELP d_seconds More.\n# TYPE d_seconds histogram\nd_seconds_sum 1.5\n";
        assert_eq!(to_prometheus(openmetrics), prometheus);
    }
}
