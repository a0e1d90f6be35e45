//! Tells what is live, how it fares, and where it came from
//!
//! Exits with 1 where something that was asked for is not healthy.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;
use vimana_proto::control::v1::resource_status::Health;
use vimana_proto::control::v1::{GetStatusResponse, ResourceStatus};
use vimana_proto::state::v1::{Origin, Resource, spec};
use vimana_reconciler::Engine as _;

use crate::arguments::{Format, Global};
use crate::command_error::{Code, CommandError};
use crate::output::Output;
use crate::repository::Repository;
use crate::workflow;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A service (`example.com:bar.FooService`), a version or an address
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// How to print the status
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

pub(crate) fn run(
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    let repository = Repository::find()?;
    let settings = repository.settings(output)?;
    let status = super::runtime()?.block_on(async {
        let engine = workflow::connect(&repository, Some(&settings), global).await?;
        engine
            .status(
                &settings.workspace.name,
                arguments.name.as_deref().unwrap_or_default(),
            )
            .await
            .map_err(|error| workflow::engine_error(&error))
    })?;
    match arguments.output {
        Format::Text => output.data(text(&status, &workflow::palette(output)))?,
        Format::Json => output.data(json(&status)?)?,
    }
    let is_healthy = |status: &ResourceStatus| status.health() == Health::Healthy;
    Ok(if status.resources.iter().all(is_healthy) {
        Code::Success
    } else {
        Code::Invalid
    })
}

/// The document that `-o json` prints.
#[derive(Serialize)]
struct Document {
    format_version: u32,
    /// `vimana.control.v1.GetStatusResponse` as `ProtoJSON`.
    #[serde(flatten)]
    status: prost_reflect::DynamicMessage,
}

fn json(status: &GetStatusResponse) -> Result<String, CommandError> {
    let document = Document {
        format_version: 1,
        status: vimana_proto::to_dynamic(status),
    };
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| CommandError::from_error(Code::Failed, &error))?;
    Ok(text + "\n")
}

fn text(status: &GetStatusResponse, palette: &vimana_reconciler::render::Palette) -> String {
    if status.resources.is_empty() {
        return format!("Nothing is live at generation {}.\n", status.generation);
    }
    let weights = weights(status);
    let rows: Vec<[String; 4]> = status
        .resources
        .iter()
        .filter_map(|status| {
            let resource = status.resource.as_ref()?;
            let health = match status.health() {
                Health::Healthy => "healthy".to_owned(),
                Health::Pending => "pending".to_owned(),
                Health::Unhealthy | Health::Unspecified => format!("unhealthy: {}", status.message),
            };
            let origin = resource.origin.as_ref().map(place).unwrap_or_default();
            Some([
                resource.address.clone(),
                health,
                detail(resource, &weights),
                origin,
            ])
        })
        .collect();

    let widths: [usize; 3] = std::array::from_fn(|column| {
        rows.iter()
            .map(|row| row[column].width())
            .max()
            .unwrap_or(0)
    });
    let mut text = format!("generation {}\n", status.generation);
    for row in &rows {
        let style = if row[1] == "healthy" {
            palette.create
        } else {
            palette.delete
        };
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let padding = widths
                .get(column)
                .map_or(0, |width| width + 2 - cell.width());
            if column == 1 {
                let _ = write!(line, "{style}{cell}{style:#}");
            } else {
                line.push_str(cell);
            }
            line.extend(std::iter::repeat_n(' ', padding));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The share of each version's traffic in per cent, by the version's name.
fn weights(status: &GetStatusResponse) -> BTreeMap<String, f64> {
    let mut weights = BTreeMap::new();
    for resource in status
        .resources
        .iter()
        .filter_map(|status| status.resource.as_ref())
    {
        let Some(spec::Kind::Route(route)) =
            resource.spec.as_ref().and_then(|spec| spec.kind.as_ref())
        else {
            continue;
        };
        let sum: f64 = route
            .targets
            .iter()
            .map(|target| f64::from(target.weight))
            .sum();
        for target in &route.targets {
            weights.insert(
                format!("{}@{}", route.service, target.version),
                f64::from(target.weight) * 100.0 / sum,
            );
        }
    }
    weights
}

/// What there is to know of a resource beyond its health.
fn detail(resource: &Resource, weights: &BTreeMap<String, f64>) -> String {
    match resource.spec.as_ref().and_then(|spec| spec.kind.as_ref()) {
        Some(spec::Kind::Version(version)) => {
            let name = format!("{}@{}", version.service, version.version);
            let share = weights.get(&name).copied().unwrap_or(0.0);
            let component = version
                .component
                .as_ref()
                .map(|component| short(&component.digest));
            format!(
                "{} % of traffic, component {}",
                round(share),
                component.unwrap_or_default()
            )
        }
        Some(spec::Kind::Route(route)) => {
            let shares: Vec<String> = route
                .targets
                .iter()
                .map(|target| format!("{}: {}", target.version, target.weight))
                .collect();
            shares.join(", ")
        }
        _ => short(&resource.digest),
    }
}

/// A share with as many digits as it needs, three at the most.
fn round(share: f64) -> String {
    let text = format!("{share:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A digest for people: `sha256:` and 12 digits.
fn short(digest: &str) -> String {
    digest
        .parse::<vimana_proto::Digest>()
        .map_or_else(|_| digest.to_owned(), |digest| digest.short())
}

/// `service.txtpb:3 @ 1a2b3c4d5e6f`.
fn place(origin: &Origin) -> String {
    let mut text = origin.file.clone();
    if origin.line > 0 {
        let _ = write!(text, ":{}", origin.line);
    }
    match origin.commit.get(..12) {
        Some(commit) => {
            let _ = write!(text, " @ {commit}");
        }
        None => text.push_str(" (uncommitted)"),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_shown_without_needless_digits() {
        assert_eq!(round(100.0), "100");
        assert_eq!(round(100.0 / 3.0), "33.333");
        assert_eq!(round(0.0), "0");
    }
}
