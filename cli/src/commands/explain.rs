//! Explains a rule: what it finds, why that is wrong, and how to mend it
//!
//! Needs no cluster and no repository.

mod list;
mod page;

use vimana_compiler::rules::{self, Rule, render};

use crate::arguments::Format;
use crate::command_error::{Code, CommandError};
use crate::output::Output;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The code of the rule, as a finding bears it: VM0045
    #[arg(value_name = "CODE", required_unless_present = "list")]
    code: Option<String>,

    /// Lists all rules
    #[arg(long, conflicts_with = "code")]
    list: bool,

    /// How to print them
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<Code, CommandError> {
    let Some(code) = &arguments.code else {
        output.data(match arguments.output {
            Format::Text => list::render(rules::ALL, output.stdout_color()),
            Format::Json => render::json::render(rules::ALL),
        })?;
        return Ok(Code::Success);
    };
    let rule = Rule::find(code).ok_or_else(|| unknown(code))?;
    output.data(match arguments.output {
        Format::Text if output.is_read() => {
            page::render(rule, output.stdout_color(), output.width())
        }
        Format::Text => page::plain(rule),
        Format::Json => render::json::render([rule]),
    })?;
    Ok(Code::Success)
}

fn unknown(code: &str) -> CommandError {
    let help = match Rule::nearest(code) {
        Some(rule) => format!(
            "did you mean `{}`, {}? `vimana explain --list` lists all",
            rule.code(),
            rule.name()
        ),
        None => "`vimana explain --list` lists all".to_owned(),
    };
    CommandError::new(Code::Failed, format!("there is no rule `{code}`")).with_help(help)
}
