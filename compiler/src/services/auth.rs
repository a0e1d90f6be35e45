//! Who may call a service: what `auth` says together with the service's methods and
//! the files of the repository.

use std::collections::BTreeSet;

use vimana_proto::state::v1::{Allow, Auth, KeySet, key_set};

use super::folder::Service;
use super::jwks::{self, JwksError};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{invalid_jwks, private_key, unknown_allowed_method};
use crate::service_config::{AllowedCallers, Jwks};
use crate::source::RepoPath;
use crate::texts::Texts;

/// What a node holds of `auth`.
pub(super) fn resolve(
    service: &Service,
    texts: &Texts<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<Auth> {
    let auth = service.config.auth()?;
    let methods = methods(service);
    let key_sets = auth.jwks.iter().filter_map(|place| match place {
        Jwks::Url(url) => Some(key_set::Source::Url(url.clone())),
        Jwks::File { path, span } => {
            let keys = read(&service.folder, path, span, texts, out)?;
            Some(key_set::Source::Keys(keys))
        }
    });
    let jwks = key_sets.map(|source| KeySet {
        source: Some(source),
    });
    let jwks = jwks.collect();
    for (method, span) in auth.allow.iter().flat_map(|entry| &entry.methods) {
        // A definition that is left out may have it.
        if !methods.contains(method.as_str()) && !service.is_incomplete {
            let known: Vec<_> = methods.iter().copied().collect();
            let found = unknown_allowed_method::diagnostic(span.clone(), method, &known);
            out.push(found);
        }
    }
    Some(Auth {
        jwks,
        issuer: auth.issuer.clone(),
        audience: auth.audience.clone(),
        clock_skew: prost_types::Duration::try_from(auth.clock_skew).ok(),
        allow: auth.allow.iter().map(allow).collect(),
    })
}

/// The names of the methods of all definitions.
fn methods(service: &Service) -> BTreeSet<&str> {
    let methods = service.definitions.iter();
    methods
        .flat_map(|definition| definition.interface.methods())
        .map(|method| method.descriptor.name())
        .collect()
}

fn allow(entry: &AllowedCallers) -> Allow {
    let sorted = |values: &[String]| {
        let values: BTreeSet<_> = values.iter().cloned().collect();
        values.into_iter().collect()
    };
    let methods: Vec<_> = entry.methods.iter().map(|(name, _)| name.clone()).collect();
    Allow {
        methods: sorted(&methods),
        anonymous: entry.anonymous,
        subjects: sorted(&entry.subjects),
        scopes: sorted(&entry.scopes),
    }
}

/// The public keys of a file, as compact JSON.
fn read(
    folder: &RepoPath,
    path: &str,
    span: &Span,
    texts: &Texts<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<String> {
    let file = folder.join(path).ok().filter(|file| texts.exists(file));
    let Some(file) = file else {
        out.push(invalid_jwks::no_file(span.clone(), path));
        return None;
    };
    let bytes = texts.bytes(&file, jwks::MAX_BYTES, out)?;
    match jwks::public(&bytes) {
        Ok(keys) => Some(keys),
        Err(JwksError::Secret { key }) => {
            out.push(private_key::diagnostic(span.clone(), &file, key));
            None
        }
        Err(error) => {
            out.push(invalid_jwks::content(
                span.clone(),
                &file,
                &error.to_string(),
            ));
            None
        }
    }
}
