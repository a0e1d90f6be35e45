//! The headers of an exporter, whose values may name variables.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::failure::SendError;
use crate::snapshot::{VariableSource, Variables};

/// Bytes of a variable's file.
const MAX_BYTES: u64 = 64 << 10;

/// The headers with the values that variables have now.
pub(super) async fn resolve(
    headers: &[(HeaderName, String)],
    workspace: &str,
    variables: &Variables,
) -> Result<HeaderMap, SendError> {
    let mut resolved = HeaderMap::with_capacity(headers.len());
    for (name, template) in headers {
        let value = fill(template, workspace, variables).await?;
        let Ok(mut value) = HeaderValue::from_str(&value) else {
            let reason = format!("the value of the header `{name}` cannot be sent");
            return Err(SendError::Never(reason));
        };
        value.set_sensitive(true);
        resolved.append(name.clone(), value);
    }
    Ok(resolved)
}

/// A value with its `${NAME}` filled in. What is filled in is not looked at again.
async fn fill(template: &str, workspace: &str, variables: &Variables) -> Result<String, SendError> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        let source = variables.get(&(workspace.to_owned(), name.to_owned()));
        let value = match source {
            Some(source) => value(source).await,
            None => None,
        };
        filled.push_str(&value.ok_or_else(|| SendError::Variable(name.to_owned()))?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

async fn value(source: &VariableSource) -> Option<String> {
    use tokio::io::AsyncReadExt as _;

    match source {
        VariableSource::Environment(name) => std::env::var(name).ok(),
        VariableSource::File(path) => {
            let file = tokio::fs::File::open(path).await.ok()?;
            let mut text = String::new();
            file.take(MAX_BYTES).read_to_string(&mut text).await.ok()?;
            // As editors leave it.
            let value = text.trim_end_matches(['\r', '\n']);
            Some(value.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Write as _;

    use super::*;

    fn variables(sources: &[(&str, VariableSource)]) -> Variables {
        let sources = sources.iter();
        let named = |name: &str| ("acme".to_owned(), name.to_owned());
        sources
            .map(|(name, source)| (named(name), source.clone()))
            .collect::<BTreeMap<_, _>>()
    }

    #[tokio::test]
    async fn values_come_from_the_environment_and_from_files() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"${PATH}secret\n").unwrap();
        let variables = variables(&[
            (
                "HERE",
                VariableSource::Environment("CARGO_PKG_NAME".to_owned()),
            ),
            ("FILE", VariableSource::File(file.path().to_owned())),
        ]);
        let headers = [(
            HeaderName::from_static("x"),
            "a ${HERE}-${FILE} ${".to_owned(),
        )];
        let resolved = resolve(&headers, "acme", &variables).await.unwrap();
        assert_eq!(resolved["x"], "a vimana-runtime-${PATH}secret ${");
        assert!(resolved["x"].is_sensitive());
    }

    #[tokio::test]
    async fn a_variable_without_a_value_is_named() {
        let gone = VariableSource::File("/nowhere/at/all".into());
        let variables = variables(&[("GONE", gone)]);
        let headers = |template: &str| [(HeaderName::from_static("x"), template.to_owned())];
        for (template, workspace) in [("${GONE}", "acme"), ("${OTHER}", "acme"), ("${GONE}", "b")] {
            let error = resolve(&headers(template), workspace, &variables).await;
            assert!(matches!(error, Err(SendError::Variable(_))), "{template}");
        }
    }

    #[tokio::test]
    async fn a_value_that_would_end_the_header_is_refused() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"a\r\nevil: b").unwrap();
        let variables = variables(&[("FILE", VariableSource::File(file.path().to_owned()))]);
        let headers = [(HeaderName::from_static("x"), "${FILE}".to_owned())];
        let error = resolve(&headers, "acme", &variables).await.unwrap_err();
        assert!(!error.to_string().contains("evil"), "{error}");
    }
}
