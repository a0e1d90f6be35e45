//! Where telemetry goes to, checked.

use http::{HeaderName, Uri};
use percent_encoding::percent_decode_str;
use vimana_proto::options::OpenTelemetryExporter;

use crate::snapshot::{ExportProtocol, Exporter};

/// Checks an exporter. No message shows the value of a header.
pub(super) fn exporter(found: &OpenTelemetryExporter) -> Result<Exporter, String> {
    let protocol = match found.protocol.as_str() {
        "grpc" => ExportProtocol::Grpc,
        // What OpenTelemetry takes where nothing is said.
        "http/protobuf" | "" => ExportProtocol::Http,
        other => return Err(format!("`{other}` is no OTLP protocol that a node speaks")),
    };
    let uri: Option<Uri> = found.endpoint.parse().ok();
    let is_receiver = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
    });
    if !is_receiver {
        return Err(format!(
            "`{}` is no URL of an OTLP receiver",
            found.endpoint
        ));
    }
    Ok(Exporter {
        protocol,
        endpoint: found.endpoint.clone(),
        headers: headers(&found.headers)?,
    })
}

/// `name=value` pairs between commas, the values percent-encoded.
fn headers(text: &str) -> Result<Vec<(HeaderName, String)>, String> {
    let pairs = text
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty());
    let headers = pairs.map(|pair| {
        let (name, value) = pair
            .split_once('=')
            .ok_or("a header of `otlp` is no `name=value`")?;
        let name = HeaderName::from_bytes(name.trim().as_bytes())
            .map_err(|_| format!("`{}` is no name of a header", name.trim()))?;
        let value = percent_decode_str(value.trim())
            .decode_utf8()
            .map_err(|_| format!("the value of the header `{name}` is no UTF-8"))?;
        Ok((name, value.into_owned()))
    });
    headers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(protocol: &str, endpoint: &str, headers: &str) -> Result<Exporter, String> {
        exporter(&OpenTelemetryExporter {
            protocol: protocol.to_owned(),
            endpoint: endpoint.to_owned(),
            headers: headers.to_owned(),
        })
    }

    #[test]
    fn headers_are_pairs_and_their_values_decoded() {
        let headers = "Authorization=Basic%20${TOKEN}, x-a = b=c,";
        let found = checked("", "https://a.example/otlp", headers).unwrap();
        assert_eq!(found.protocol, ExportProtocol::Http);
        let pair = |name, value: &str| (HeaderName::from_static(name), value.to_owned());
        assert_eq!(
            found.headers,
            [pair("authorization", "Basic ${TOKEN}"), pair("x-a", "b=c")]
        );
        assert!(!format!("{found:?}").contains("Basic"), "{found:?}");
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_its_values() {
        for (protocol, endpoint, headers) in [
            ("http/json", "http://a", ""),
            ("grpc", "a:4317", ""),
            ("grpc", "ftp://a", ""),
            ("grpc", "http://a", "s3cret"),
            ("grpc", "http://a", "a b=s3cret"),
            ("grpc", "http://a", "a=s3cret%ff"),
        ] {
            let error = checked(protocol, endpoint, headers).unwrap_err();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
