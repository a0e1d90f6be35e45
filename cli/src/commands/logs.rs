//! Tells what the guests of services wrote
//!
//! A node keeps recent lines of each version, and forgets them when it ends. With
//! `--follow`, each further line is printed when it is written, until the command is
//! interrupted; a node that ends meanwhile is waited for.

mod follow;
mod since;
mod text;
mod unknown;

use clap::ValueEnum;
use serde::Serialize;
use vimana_proto::control::v1::log_line::Level as WireLevel;
use vimana_proto::control::v1::read_logs_response::Entry;
use vimana_proto::control::v1::{LogLine, ReadLogsRequest, ReadLogsResponse};
use vimana_reconciler::{Embedded, EngineError, LogStream};

use crate::arguments::Global;
use crate::command_error::{Code, CommandError};
use crate::output::Output;
use crate::repository::Repository;
use crate::workflow;
use since::Since;
use text::Style;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A service (`example.com:bar.FooService`), a version or an address; all of the
    /// workspace where it is absent
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// Prints each further line when it is written
    #[arg(short, long)]
    follow: bool,

    /// How many of the lines that the node keeps, or `all`; 100, or with `--since` all
    #[arg(long, value_name = "N")]
    tail: Option<Tail>,

    /// Leaves out what was written before: `10m`, `1h30m`, or a time as in RFC 3339
    #[arg(long, value_name = "TIME")]
    since: Option<Since>,

    /// Leaves out what is less grave
    #[arg(long, value_enum, default_value_t)]
    level: Level,

    /// How to print the lines
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// Lines that are printed of those before.
const TAIL: u32 = 100;

/// How many lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    All,
    Lines(u32),
}

impl std::str::FromStr for Tail {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "all" {
            return Ok(Self::All);
        }
        let lines = text.parse().map_err(|_| "expected a number, or `all`")?;
        Ok(Self::Lines(lines))
    }
}

/// How grave a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Level {
    #[default]
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// How to print lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// One document, for programs; not with `--follow`
    Json,
    /// An object for each line
    Jsonl,
}

pub(crate) fn run(
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    if arguments.follow && arguments.output == Format::Json {
        return Err(CommandError::new(
            Code::Failed,
            "`-o json` is one document, which ends, and what is followed does not",
        )
        .with_help("use `-o jsonl`, which prints an object for each line"));
    }
    let repository = Repository::find()?;
    let settings = repository.settings(output)?;
    let connect = async || workflow::connect(&repository, Some(&settings), global).await;
    let reading = Reading {
        arguments,
        workspace: &settings.workspace.name,
        output,
    };
    super::runtime()?.block_on(async {
        if arguments.follow {
            return follow::follow(&reading, connect).await;
        }
        let engine = connect().await?;
        reading.all(&engine).await
    })
}

/// What is read, and where it is printed.
struct Reading<'a> {
    arguments: &'a Arguments,
    workspace: &'a str,
    output: &'a Output,
}

impl Reading<'_> {
    async fn all(&self, engine: &Embedded) -> Result<Code, CommandError> {
        let mut stream = self.open(engine, self.request()).await?;
        let mut lines = Vec::new();
        while let Some(entry) = stream
            .next()
            .await
            .map_err(|error| workflow::engine_error(&error))?
        {
            match (self.arguments.output, entry) {
                (Format::Json, Entry::Line(line)) => lines.push(vimana_proto::to_dynamic(&line)),
                (_, entry) => {
                    if !self.print(entry)? {
                        return Ok(Code::Success);
                    }
                }
            }
        }
        if self.arguments.output == Format::Json {
            let document = Document {
                format_version: 1,
                lines,
            };
            self.output.data(json(&document)? + "\n")?;
        }
        Ok(Code::Success)
    }

    /// What the command line asks for.
    fn request(&self) -> ReadLogsRequest {
        let arguments = self.arguments;
        let tail = match arguments.tail {
            Some(tail) => tail,
            None if arguments.since.is_some() => Tail::All,
            None => Tail::Lines(TAIL),
        };
        ReadLogsRequest {
            workspace: self.workspace.to_owned(),
            name: arguments.name.clone().unwrap_or_default(),
            follow: arguments.follow,
            tail_lines: match tail {
                Tail::All => None,
                Tail::Lines(lines) => Some(lines),
            },
            since_time: arguments.since.as_ref().map(Since::time),
            minimum_level: arguments.level.wire().into(),
        }
    }

    async fn open(
        &self,
        engine: &Embedded,
        request: ReadLogsRequest,
    ) -> Result<LogStream, CommandError> {
        match engine.read_logs(request).await {
            Ok(stream) => Ok(stream),
            Err(error @ EngineError::NotFound { .. }) => {
                let name = self.arguments.name.as_deref().unwrap_or_default();
                Err(unknown::error(&error, name, self.workspace, engine).await)
            }
            Err(error) => Err(workflow::engine_error(&error)),
        }
    }

    /// Prints an entry. Whether anybody still reads.
    fn print(&self, entry: Entry) -> Result<bool, CommandError> {
        let text = match self.arguments.output {
            Format::Text => {
                let style = Style {
                    palette: workflow::palette(self.output),
                    // Else every line would say the same.
                    names_version: !self.is_one_version(),
                };
                style.entry(&entry)
            }
            Format::Json | Format::Jsonl => match entry {
                Entry::Line(line) => compact(&line)? + "\n",
                lost @ Entry::LostLines(_) => {
                    compact(&ReadLogsResponse { entry: Some(lost) })? + "\n"
                }
            },
        };
        Ok(self.output.stream(text)?)
    }

    fn is_one_version(&self) -> bool {
        let name = self.arguments.name.as_deref().unwrap_or_default();
        name.contains('@')
    }
}

/// The document that `-o json` prints.
#[derive(Serialize)]
struct Document {
    format_version: u32,
    /// Each a `vimana.control.v1.LogLine` as `ProtoJSON`.
    lines: Vec<prost_reflect::DynamicMessage>,
}

fn json(document: &Document) -> Result<String, CommandError> {
    serde_json::to_string_pretty(document)
        .map_err(|error| CommandError::from_error(Code::Failed, &error))
}

fn compact<M: prost::Name>(message: &M) -> Result<String, CommandError> {
    serde_json::to_string(&vimana_proto::to_dynamic(message))
        .map_err(|error| CommandError::from_error(Code::Failed, &error))
}

impl Level {
    const fn wire(self) -> WireLevel {
        match self {
            Self::Trace => WireLevel::Trace,
            Self::Debug => WireLevel::Debug,
            Self::Info => WireLevel::Info,
            Self::Warn => WireLevel::Warn,
            Self::Error => WireLevel::Error,
        }
    }
}

/// The place of a line among all that were and will be read.
fn place(line: &LogLine) -> Place {
    let time = line.time.unwrap_or_default();
    Place {
        seconds: time.seconds,
        nanos: time.nanos,
        number: line.number,
    }
}

/// A node that starts anew counts from the beginning, but its clock goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    seconds: i64,
    nanos: i32,
    number: u64,
}

impl Place {
    const fn time(self) -> prost_types::Timestamp {
        prost_types::Timestamp {
            seconds: self.seconds,
            nanos: self.nanos,
        }
    }
}
