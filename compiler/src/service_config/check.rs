//! What the file alone can be wrong about.

use vimana_proto::ServiceName;
use vimana_proto::config::v1::{self, service::Placement};

use super::{
    Limits, Region, ServiceConfig, Version, allowance, auth, cors, instances, limits, sticky,
};
use crate::diagnostic::Diagnostic;
use crate::rules::{
    covered_selector, duplicate_version, invalid_domain, invalid_selector, invalid_version,
    missing_field, no_traffic, shadow_with_weight,
};
use crate::settings::Selector;
use crate::source::RepoPath;
use crate::textproto::bind::FieldSpans;

/// The configuration that `message` is, with what is wrong in `diagnostics`.
pub(super) fn check(
    file: &RepoPath,
    text: &str,
    message: v1::Service,
    spans: FieldSpans,
    diagnostics: &mut Vec<Diagnostic>,
) -> ServiceConfig {
    let mut config = ServiceConfig {
        file: file.clone(),
        message,
        spans,
        limits: Limits::default(),
        requests_per_instance: 1,
        regions: Vec::new(),
        versions: Vec::new(),
        allowances: Vec::new(),
        auth: None,
        sticky: None,
        cors: None,
    };
    check_domain(&config, diagnostics);
    config.regions = regions(&config, text, diagnostics);
    config.versions = versions(&config, diagnostics);
    check_weights(&config, diagnostics);
    check_shadows(&config, diagnostics);
    config.sticky = sticky::read(&config, diagnostics);
    config.auth = auth::read(&config, diagnostics);
    config.allowances = allowance::read(&config, text, diagnostics);
    config.cors = cors::read(&config, diagnostics);
    if let Some(limits) = &config.message.limits {
        let span = |field: &str| {
            let path = format!("limits.{field}");
            config.is_set(&path).then(|| config.span(&path))
        };
        config.limits = limits::read(limits, span, diagnostics);
    }
    config.requests_per_instance = instances::read(&config, diagnostics);
    config
}

/// Whether `text` is a DNS name, as service names have it.
pub(super) fn is_domain(text: &str) -> bool {
    ServiceName::new(text, "S").is_ok()
}

fn check_domain(config: &ServiceConfig, diagnostics: &mut Vec<Diagnostic>) {
    let domain = &config.message.domain;
    if !config.is_set("domain") || is_domain(domain) {
        return;
    }
    // `https://Example.com/` is most probably `example.com`.
    let name = domain
        .split_once("://")
        .map_or(domain.as_str(), |(_, rest)| rest);
    let name = name.split(['/', ':']).next().unwrap_or_default();
    let meant = name.trim_end_matches('.').to_lowercase();
    let meant = is_domain(&meant).then_some(meant);
    diagnostics.push(invalid_domain::diagnostic(
        config.span("domain"),
        domain,
        meant,
    ));
}

fn regions(config: &ServiceConfig, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Region> {
    let Some(Placement::Regional(regional)) = &config.message.placement else {
        return Vec::new();
    };
    let mut regions = Vec::new();
    for (index, found) in regional.regions.iter().enumerate() {
        let span = config.span(&format!("regional.regions[{index}]"));
        match found.parse() {
            Ok(selector) => regions.push(Region { selector, span }),
            Err(_) if is_joined(&text[span.range.clone()]) => {
                diagnostics.push(invalid_selector::joined(span, found));
            }
            Err(_) => {
                let diagnostic = invalid_selector::diagnostic(span, found, meant_selector(found));
                diagnostics.push(diagnostic);
            }
        }
    }
    check_covered(&regions, diagnostics);
    regions
}

/// Reports each selector that another one covers; of two that are the same, the
/// second.
fn check_covered(regions: &[Region], diagnostics: &mut Vec<Diagnostic>) {
    for (index, region) in regions.iter().enumerate() {
        let selector = &region.selector;
        let by = regions.iter().enumerate().find(|(other, found)| {
            let is_before = *other < index || found.selector != *selector;
            *other != index && is_before && found.selector.covers(selector)
        });
        if let Some((_, by)) = by {
            diagnostics.push(covered_selector::diagnostic(
                region.span.clone(),
                &selector.to_string(),
                &by.selector.to_string(),
                by.span.clone(),
            ));
        }
    }
}

/// Whether a string is written as several literals.
fn is_joined(literals: &str) -> bool {
    let inside = literals.get(1..literals.len().saturating_sub(1));
    inside.is_some_and(|inside| inside.contains(['"', '\'']))
}

/// The selector that was probably meant by `us-east` or `AWS/EU-West`.
fn meant_selector(found: &str) -> Option<String> {
    let lower = found.trim().to_lowercase().replace('_', "-");
    [lower.clone(), format!("/{lower}")]
        .into_iter()
        .find(|text| text.parse::<Selector>().is_ok())
}

fn versions(config: &ServiceConfig, diagnostics: &mut Vec<Diagnostic>) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    for (index, block) in config.message.version.iter().enumerate() {
        let path = format!("version[{index}]");
        let field = format!("{path}.version");
        if !config.is_written(&field) {
            diagnostics.push(missing_field::version(config.name_span(&path)));
            continue;
        }
        let version: semver::Version = match block.version.parse() {
            Ok(version) => version,
            // What is no string has been reported as such.
            Err(_) if !config.is_set(&field) => continue,
            Err(error) => {
                let span = config.span(&field);
                let fix = invalid_version::fix(span.clone(), &block.version);
                let mut found = invalid_version::diagnostic(span, &block.version, &error);
                found.fixes.extend(fix);
                diagnostics.push(found);
                continue;
            }
        };
        if let Some(first) = versions.iter().find(|other| other.version == version) {
            let first = config.span(&format!("{}.version", first.path));
            let span = config.span(&field);
            diagnostics.push(duplicate_version::diagnostic(span, &version, first));
            continue;
        }
        versions.push(Version {
            version,
            interface: non_empty(&block.interface),
            component: non_empty(&block.component),
            weight: block.weight,
            shadow: block.shadow,
            path,
        });
    }
    versions
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn check_weights(config: &ServiceConfig, diagnostics: &mut Vec<Diagnostic>) {
    let blocks = &config.message.version;
    let serving: Vec<_> = blocks.iter().filter(|block| !block.shadow).collect();
    let is_alone = matches!(serving.as_slice(), [only] if only.weight.is_none());
    let weight_path = |index| format!("version[{index}].weight");
    // A weight that is no number has been reported as such, and may be any. One of
    // a shadow is reported by another rule.
    let takes_traffic = |(index, block): (usize, &v1::Version)| {
        block.weight.unwrap_or(0) > 0
            || (block.weight.is_none() && config.is_written(&weight_path(index)))
    };
    if blocks.is_empty() || is_alone || blocks.iter().enumerate().any(takes_traffic) {
        return;
    }
    let paths = (0..blocks.len()).map(|index| {
        let weight = weight_path(index);
        if config.is_set(&weight) {
            config.span(&weight)
        } else {
            config.name_span(&format!("version[{index}]"))
        }
    });
    diagnostics.push(no_traffic::diagnostic(paths));
}

fn check_shadows(config: &ServiceConfig, diagnostics: &mut Vec<Diagnostic>) {
    for version in config.versions.iter().filter(|version| version.shadow) {
        if version.weight.is_some_and(|weight| weight > 0) {
            diagnostics.push(shadow_with_weight::diagnostic(
                config.name_span(&format!("{}.weight", version.path)),
                &version.version,
                config.name_span(&format!("{}.shadow", version.path)),
            ));
        }
    }
}
