use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use vimana_interface::DescriptorFinding;

use crate::diagnostic::{Diagnostic, Span};
use crate::protobuf::{Linked, Outline, rename};
use crate::rules::invalid_interface;

/// The field `name` of every element of a descriptor that has one.
const NAME: i32 = 1;

/// The places of some elements of a file.
#[derive(Default)]
struct Places {
    wanted: HashSet<Vec<i32>>,
    ranges: HashMap<Vec<i32>, Range<usize>>,
}

/// Findings about descriptors, at their places; at `fallback` where the place is
/// in a file that vimana brings along.
pub(crate) fn report_findings(
    linked: &Linked,
    findings: Vec<DescriptorFinding>,
    fallback: &Span,
    out: &mut Vec<Diagnostic>,
) {
    // All places at once: there may be a finding for each field of a long file.
    let mut files: BTreeMap<String, Places> = BTreeMap::new();
    for finding in &findings {
        let places = files.entry(finding.file.clone()).or_default();
        places.wanted.extend(candidates(&finding.path));
    }
    for (file, places) in &mut files {
        let wanted = &places.wanted;
        let found = linked.places(file, &|path| wanted.contains(path));
        // Of two with one path, the first counts.
        places.ranges = found.into_iter().rev().collect();
    }
    let place = |file: &str, path: &[i32]| {
        let ranges = &files.get(file)?.ranges;
        let range = candidates(path).find_map(|path| ranges.get(&path))?;
        Some(Span::new(linked.repo_path(file)?, range.clone()))
    };
    let mut outlines: BTreeMap<String, Outline<'_>> = BTreeMap::new();
    for finding in findings {
        let span = place(&finding.file, &finding.path).unwrap_or_else(|| fallback.clone());
        let fix = finding.rename.as_ref().and_then(|rename| {
            let text = linked.text(&finding.file)?;
            let outline = outlines
                .entry(finding.file.clone())
                .or_insert_with(|| Outline::new(text));
            let ranges = &files.get(&finding.file)?.ranges;
            let mut whole = candidates(&finding.path).skip(1);
            let element = whole.find_map(|path| ranges.get(&path))?;
            let element = Span::new(span.file.clone(), element.clone());
            rename::fix(outline, &element, rename)
        });
        out.push(invalid_interface::diagnostic(
            span,
            finding.kind.to_string(),
            finding.help,
            fix,
        ));
    }
}

/// Where the element at `path` may be shown, the best place first: at its name,
/// which says more than all of it, or at what is around it.
fn candidates(path: &[i32]) -> impl Iterator<Item = Vec<i32>> {
    let name = [path, &[NAME]].concat();
    let around = (1..=path.len()).rev().map(|length| path[..length].to_vec());
    std::iter::once(name).chain(around)
}
