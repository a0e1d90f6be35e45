//! Whether what the settings say of a domain suits its services.

use vimana_interface::http::{Body, Rule, Verb, overlap};

use super::claims::Claim;
use crate::diagnostic::{Diagnostic, Span};
use crate::discovery::SETTINGS;
use crate::rules::{described_path_taken, unused_domain};
use crate::settings::{Places, Settings};
use crate::source::RepoPath;

/// Where a domain describes its services.
const DESCRIBED_AT: [&str; 2] = ["/.well-known/schema.json", "/.well-known/docs"];

/// Reports domains without services, and HTTP rules that take the paths of a
/// domain's description. Each service comes as its domain and its claims.
pub(crate) fn check_domains(
    services: &[(&str, &[Claim])],
    settings: &Settings,
    places: &Places,
    out: &mut Vec<Diagnostic>,
) {
    let file = RepoPath::new(SETTINGS).expect("the name of the settings is a path within the root");
    for (name, domain) in &settings.domains {
        let place = places.domains.get(name).cloned().unwrap_or_default();
        let span = Span::new(file.clone(), place);
        let mut own = services
            .iter()
            .filter(|(domain, _)| domain == name)
            .peekable();
        if own.peek().is_none() {
            let known = services.iter().map(|(domain, _)| *domain);
            out.push(unused_domain::diagnostic(span, name, known));
            continue;
        }
        if domain.openapi {
            let claims = own.flat_map(|(_, claims)| *claims);
            for claim in claims {
                let taken = claim.rule().and_then(|rule| described_path(&rule));
                if let Some(path) = taken {
                    out.push(described_path_taken::diagnostic(
                        claim.span.clone(),
                        claim.method(),
                        path,
                        span.clone(),
                    ));
                }
            }
        }
    }
}

/// The path of a description that a rule matches.
fn described_path(rule: &Rule) -> Option<&'static str> {
    DESCRIBED_AT.into_iter().find(|path| {
        let described = Rule {
            verb: Verb::Get,
            template: path.parse().expect("these are templates without variables"),
            body: Body::None,
            response_body: None,
        };
        overlap(rule, &described).is_some()
    })
}
