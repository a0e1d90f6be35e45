//! `cors` of a service, checked.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use vimana_proto::state::v1 as state;

use crate::snapshot::{Cors, Origins};

/// What `found` allows; the error says what is wrong with it.
pub(super) fn cors(found: &state::Cors) -> Result<Cors, String> {
    let is_for_all = found.allow_origins.iter().any(|origin| origin == "*");
    if is_for_all && found.allow_credentials {
        return Err("`cors` allows credentials to every origin".into());
    }
    let allow_origins = if is_for_all {
        Origins::All
    } else {
        Origins::Listed(origins(&found.allow_origins)?)
    };
    let max_age = found
        .max_age
        .and_then(|age| Duration::try_from(age).ok())
        .ok_or("`cors` has no `max_age`, which a plan resolves")?;
    Ok(Cors {
        allow_origins,
        allow_headers: headers(&found.allow_headers)?,
        expose_headers: headers(&found.expose_headers)?,
        allow_credentials: found.allow_credentials,
        max_age,
    })
}

fn origins(found: &[String]) -> Result<BTreeSet<String>, String> {
    for origin in found {
        let is_header = HeaderValue::from_str(origin).is_ok();
        if !is_header || !origin.contains("://") {
            return Err(format!("`cors` allows `{origin}`, which is no origin"));
        }
    }
    Ok(found.iter().cloned().collect())
}

fn headers(found: &[String]) -> Result<BTreeSet<String>, String> {
    let name = |name: &String| {
        HeaderName::from_lowercase(name.as_bytes())
            .map(|name| name.as_str().to_owned())
            .map_err(|_| format!("`cors` names `{name}`, which is no header"))
    };
    found.iter().map(name).collect()
}
