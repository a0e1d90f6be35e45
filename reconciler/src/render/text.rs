//! A plan as text: one line a resource, what differs below it, a count at the end.

use std::fmt::Write as _;

use anstyle::Style;

use super::palette::{Palette, paint, printable};
use super::value;
use crate::plan::{Action, Change, Plan, Summary};

/// How many fields a new resource is introduced by.
const HIGHLIGHTS: usize = 4;
/// Columns grow no wider than this for the sake of one long entry.
const COLUMN: usize = 72;

/// The plan. Resources that stay as they are are counted, not listed.
#[must_use]
pub fn render(plan: &Plan, palette: &Palette) -> String {
    let mut out = String::new();
    let widths = Widths::of(plan);
    for change in plan.pending() {
        line(&mut out, change, &widths, palette);
        match change.action {
            Action::Create => introduce(&mut out, change, palette),
            Action::Update | Action::Replace => {
                for field in &change.fields {
                    value::difference(&mut out, "      ", field, palette);
                }
            }
            Action::Delete | Action::NoChange => {}
        }
    }
    if !plan.is_empty() {
        out.push('\n');
    }
    for note in &plan.notes {
        let _ = writeln!(out, "Note: {}", printable(note));
    }
    let _ = writeln!(out, "{}", paint(palette.strong, &total(&plan.summary)));
    out
}

/// The widths of the first columns, in characters.
struct Widths {
    address: usize,
    origin: usize,
}

impl Widths {
    fn of(plan: &Plan) -> Self {
        let widest = |text: fn(&Change) -> String| {
            plan.pending()
                .map(|change| text(change).chars().count())
                .filter(|width| *width <= COLUMN)
                .max()
                .unwrap_or_default()
        };
        Self {
            address: widest(address),
            origin: widest(origin),
        }
    }
}

fn address(change: &Change) -> String {
    printable(&change.address.to_string()).into_owned()
}

fn origin(change: &Change) -> String {
    change
        .origin
        .as_ref()
        .map(|origin| printable(&origin.to_string()).into_owned())
        .unwrap_or_default()
}

fn mark(action: Action, palette: &Palette) -> (&'static str, Style) {
    match action {
        Action::Create => ("+", palette.create),
        Action::Update => ("~", palette.update),
        Action::Replace => ("-/+", palette.delete),
        Action::Delete => ("-", palette.delete),
        Action::NoChange => (" ", palette.dim),
    }
}

fn line(out: &mut String, change: &Change, widths: &Widths, palette: &Palette) {
    let (mark, style) = mark(change.action, palette);
    let mark = paint(style, &format!("{mark:>3}"));
    let address = format!("{:width$}", address(change), width = widths.address);
    let origin = format!("{:width$}", origin(change), width = widths.origin);
    let _ = writeln!(
        out,
        "{mark} {}  {}  {}",
        paint(palette.strong, &address),
        paint(palette.dim, &origin),
        printable(&change.reason),
    );
}

/// A new resource's first fields, on one line.
fn introduce(out: &mut String, change: &Change, palette: &Palette) {
    let mut shown: Vec<_> = change
        .fields
        .iter()
        .take(HIGHLIGHTS)
        .filter_map(|field| {
            let value = field.after.as_ref()?;
            Some(format!(
                "{}: {}",
                printable(&field.path),
                value::short(value)
            ))
        })
        .collect();
    if shown.is_empty() {
        return;
    }
    let more = change.fields.len().saturating_sub(HIGHLIGHTS);
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    let _ = writeln!(out, "      {}", paint(palette.dim, &shown.join(", ")));
}

fn total(summary: &Summary) -> String {
    let Summary {
        create,
        update,
        replace,
        delete,
        unchanged,
    } = *summary;
    if summary.pending() == 0 {
        return match unchanged {
            0 => {
                "No changes. Nothing is configured for this node, and it holds nothing.".to_owned()
            }
            1 => "No changes. The node holds what the configuration says: 1 resource.".to_owned(),
            count => {
                format!(
                    "No changes. The node holds what the configuration says: {count} resources."
                )
            }
        };
    }
    let replace = match replace {
        0 => String::new(),
        count => format!("{count} to replace, "),
    };
    format!(
        "Plan: {create} to create, {update} to update, {replace}{delete} to delete, {unchanged} unchanged."
    )
}
