use std::collections::BTreeMap;
use std::sync::Arc;

use vimana_proto::state::v1::Resource;
use vimana_proto::{Address, Kind};

/// A desired resource by its address.
pub(super) type Desired<'a> = (Address, &'a Arc<Resource>);

/// Splits off what a node cannot hold: resources of kinds that it does not
/// support, and whatever depends on one of them.
pub(super) fn split<'a>(
    desired: Vec<Desired<'a>>,
    supported: &[Kind],
) -> (Vec<Desired<'a>>, Vec<Desired<'a>>) {
    let (mut kept, mut left_out): (Vec<_>, Vec<_>) = desired
        .into_iter()
        .partition(|(address, _)| supported.contains(&address.kind()));
    // Dependencies lead to kinds that come earlier, so this ends after as many
    // rounds as there are kinds.
    while !left_out.is_empty() {
        let gone: std::collections::BTreeSet<String> = left_out
            .iter()
            .map(|(address, _)| address.to_string())
            .collect();
        let (stays, goes): (Vec<_>, Vec<_>) = kept.into_iter().partition(|(_, resource)| {
            !resource
                .dependencies
                .iter()
                .any(|dependency| gone.contains(dependency))
        });
        kept = stays;
        if goes.is_empty() {
            break;
        }
        left_out.extend(goes);
    }
    (kept, left_out)
}

/// What to say about the resources that were left out; `None` where none was.
pub(super) fn note(left_out: &[Desired<'_>]) -> Option<String> {
    let mut counts = BTreeMap::<Kind, usize>::new();
    for (address, _) in left_out {
        *counts.entry(address.kind()).or_default() += 1;
    }
    let total: usize = counts.values().sum();
    if total == 0 {
        return None;
    }
    let pods = counts.get(&Kind::VPod).copied().unwrap_or_default();
    let sessions = counts.get(&Kind::Session).copied().unwrap_or_default();
    if pods + sessions == total {
        let what = match (pods, sessions) {
            (0, sessions) => count(sessions, Kind::Session),
            (pods, 0) => count(pods, Kind::VPod),
            (pods, sessions) => {
                let pods = count(pods, Kind::VPod);
                format!("{pods} in {}", count(sessions, Kind::Session))
            }
        };
        let verb = is_or_are(if pods > 0 { pods } else { sessions });
        return Some(format!(
            "{what} {verb} not applied: this node has no vpod gateway yet"
        ));
    }
    let what: Vec<_> = counts
        .into_iter()
        .map(|(kind, number)| count(number, kind))
        .collect();
    Some(format!(
        "{} {} not applied: this node cannot hold them",
        what.join(", "),
        is_or_are(total)
    ))
}

fn count(number: usize, kind: Kind) -> String {
    let plural = match kind {
        _ if number == 1 => "",
        _ => "s",
    };
    format!("{number} {kind}{plural}")
}

const fn is_or_are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}
