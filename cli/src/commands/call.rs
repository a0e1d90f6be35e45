//! Calls a method of a service
//!
//! Messages are JSON. What the method takes and gives is read from the repository or,
//! outside of one and for services that it does not define, asked of the server by
//! reflection. A status other than OK goes to stderr, and the exit code is 1; where no
//! server answers, it is 3.

mod dialogue;

use std::path::PathBuf;
use std::time::Duration;

use prost_reflect::MethodDescriptor;

use crate::arguments::Global;
use crate::call::answer::Format;
use crate::call::channel::{self, Trust};
use crate::call::input::Input;
use crate::call::metadata::{Entry, Metadata};
use crate::call::name::Name;
use crate::call::reflection::Reflection;
use crate::call::schema::{Callable, Schema};
use crate::call::target::{self, Target};
use crate::call::{example, repository};
use crate::command_error::{Code, CommandError};
use crate::duration;
use crate::output::Output;
use crate::repository::Repository;
use dialogue::Dialogue;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The method: `example.com:bar.FooService/SayHello`, without the domain, or with a
    /// dot before the method
    #[arg(value_name = "METHOD", required_unless_present = "list")]
    method: Option<Name>,

    /// The request as JSON, `@FILE`, or `-` for stdin; several documents are the messages
    /// of a stream, sent as they are read
    #[arg(short, long, value_name = "JSON")]
    data: Option<Input>,

    /// Sends metadata; the value of a name that ends in `-bin` is base64
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<Entry>,

    /// Gives up after this time, as in `2s`, and lets the service know
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,

    /// Calls any gRPC server instead of a node: `http://HOST:PORT` or `https://HOST:PORT`
    #[arg(long, value_name = "URL")]
    server: Option<String>,

    /// The host that the request names, instead of the domain of the service
    #[arg(long, value_name = "HOST")]
    authority: Option<String>,

    /// Believes servers with a certificate of these authorities, in PEM, instead of the
    /// system's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// The client's own certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,

    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,

    /// Compresses messages
    #[arg(long)]
    gzip: bool,

    /// Asks the server what the method takes
    #[arg(long, conflicts_with = "repository")]
    reflection: bool,

    /// Reads what the method takes from the repository, and nowhere else
    #[arg(long)]
    repository: bool,

    /// Lists the services, or the methods of a service, and calls nothing
    #[arg(long, conflicts_with_all = ["data", "describe"])]
    list: bool,

    /// Prints a request to begin with, and calls nothing
    #[arg(long, conflicts_with = "data")]
    describe: bool,

    /// Prints fields that have their default value, too
    #[arg(long)]
    emit_defaults: bool,

    /// Shows headers, trailers and the time on stderr
    #[arg(short, long)]
    verbose: bool,

    /// How to print answers; `json` on a terminal and `jsonl` elsewhere
    #[arg(short, long, value_enum)]
    output: Option<Format>,
}

pub(crate) fn run(
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    super::runtime()?.block_on(async {
        let call = Call {
            arguments,
            global,
            output,
            repository: Repository::find().ok().map(Repository::cached),
        };
        call.run().await
    })
}

struct Call<'a> {
    arguments: &'a Arguments,
    global: &'a Global,
    output: &'a Output,
    repository: Option<Repository>,
}

/// What can be called, and the conversation that told of it.
struct Known {
    schema: Schema,
    reflection: Option<Reflection>,
    /// Where it comes from, for people.
    place: String,
}

impl Call<'_> {
    async fn run(&self) -> Result<Code, CommandError> {
        if self.arguments.list {
            return self.list().await;
        }
        let Some(name) = &self.arguments.method else {
            return Err(CommandError::new(Code::Failed, "a method is needed"));
        };
        let known = self.known(Some(name)).await?;
        let Some(callable) = known.schema.find(name) else {
            return Err(known.schema.missing(name, &known.place));
        };
        if self.arguments.describe {
            let input = callable.method.input();
            self.output.data(example::json(&input) + "\n")?;
            return Ok(Code::Success);
        }
        self.call(name, callable, known.reflection).await
    }

    async fn call(
        &self,
        name: &Name,
        callable: Callable,
        reflection: Option<Reflection>,
    ) -> Result<Code, CommandError> {
        let arguments = self.arguments;
        let target = self.target().await?;
        let domain = name.domain.as_ref().or(callable.domain.as_ref());
        // A server of somebody else has a name of its own.
        let domain = domain.filter(|_| arguments.server.is_none() || name.domain.is_some());
        let authority = arguments.authority.as_ref().or(domain);
        let channel = self.connect(&target, authority.map(String::as_str)).await?;
        let format = arguments.output.unwrap_or(if self.output.is_read() {
            Format::Json
        } else {
            Format::Jsonl
        });
        let dialogue = Dialogue {
            arguments,
            output: self.output,
            format,
            authority: authority.cloned().unwrap_or_else(|| host(&target.url)),
            url: target.url,
            method: callable.method,
            reflection,
        };
        dialogue.run(channel).await
    }

    /// What can be called. `name` is looked for where it is most probably defined.
    async fn known(&self, name: Option<&Name>) -> Result<Known, CommandError> {
        let arguments = self.arguments;
        if arguments.repository {
            let repository = match &self.repository {
                Some(repository) => repository,
                None => &Repository::find()?,
            };
            return self.of_repository(repository);
        }
        let asks = arguments.reflection || arguments.server.is_some();
        if let Some(repository) = self.repository.as_ref().filter(|_| !asks) {
            let known = self.of_repository(repository)?;
            let Some(name) = name else {
                return Ok(known);
            };
            if known.schema.find(name).is_some() || known.schema.service(name).is_some() {
                return Ok(known);
            }
            // A node has services of its own, as for health.
            let asked = self.ask(Some(name)).await;
            return match asked {
                Ok(asked) if asked.schema.find(name).is_some() => Ok(asked),
                _ => Ok(known),
            };
        }
        self.ask(name).await
    }

    fn of_repository(&self, repository: &Repository) -> Result<Known, CommandError> {
        let schema = tokio::task::block_in_place(|| repository::schema(repository, self.output))?;
        Ok(Known {
            schema,
            reflection: None,
            place: "the repository".to_owned(),
        })
    }

    /// Asks the server. Where the name says which service is meant, only of that.
    async fn ask(&self, name: Option<&Name>) -> Result<Known, CommandError> {
        let target = self.target().await?;
        let domain = name.and_then(|name| name.domain.as_ref());
        let authority = self.arguments.authority.as_ref().or(domain);
        let channel = self.connect(&target, authority.map(String::as_str)).await?;
        let metadata = Metadata(self.arguments.headers.clone());
        let (mut reflection, names) = Reflection::open(&channel, &metadata).await?;
        let wanted = |found: &&String| {
            name.is_none_or(|name| {
                let service = name.method().map(|(service, _)| service);
                Some(found.as_str()) == service || **found == name.path
            })
        };
        let mut meant: Vec<String> = names.iter().filter(wanted).cloned().collect();
        if meant.is_empty() {
            // For what is near.
            meant = names;
        }
        let schema = reflection.schema(&meant).await?;
        Ok(Known {
            schema,
            reflection: Some(reflection),
            place: format!("the server at `{}`", target.url),
        })
    }

    async fn target(&self) -> Result<Target, CommandError> {
        match &self.arguments.server {
            Some(url) => Ok(Target {
                url: url.clone(),
                own_certificate: None,
            }),
            None => target::node(self.repository.as_ref(), self.global, self.output).await,
        }
    }

    async fn connect(
        &self,
        target: &Target,
        authority: Option<&str>,
    ) -> Result<tonic::transport::Channel, CommandError> {
        let arguments = self.arguments;
        let identity = arguments.cert.clone().zip(arguments.key.clone());
        let own = target
            .own_certificate
            .clone()
            .filter(|_| arguments.ca.is_none());
        let trust = Trust {
            // It is for this machine before it is for the domains of the repository.
            name: own.is_some().then_some("localhost"),
            authorities: arguments.ca.clone().or(own),
            identity,
        };
        channel::connect(&target.url, authority, &trust).await
    }

    async fn list(&self) -> Result<Code, CommandError> {
        let name = self.arguments.method.as_ref();
        let known = self.known(name).await?;
        let mut lines: Vec<String> = match name {
            None => known
                .schema
                .services()
                .map(|offered| match &offered.domain {
                    Some(domain) => format!("{domain}:{}", offered.service.full_name()),
                    None => offered.service.full_name().to_owned(),
                })
                .collect(),
            Some(name) => {
                let offered = known.schema.service(name);
                let offered = offered.ok_or_else(|| known.schema.missing(name, &known.place))?;
                let methods = offered.service.methods();
                methods.map(|method| signature(&method)).collect()
            }
        };
        if name.is_none() {
            lines.sort();
            lines.dedup();
        }
        for line in lines {
            self.output.data(line + "\n")?;
        }
        Ok(Code::Success)
    }
}

/// The host and port of a URL.
fn host(url: &str) -> String {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    host.trim_end_matches('/').to_owned()
}

/// `bar.FooService/SayHello(bar.HelloRequest) returns (stream bar.HelloResponse)`.
fn signature(method: &MethodDescriptor) -> String {
    let stream = |is_stream: bool| if is_stream { "stream " } else { "" };
    format!(
        "{}/{}({}{}) returns ({}{})",
        method.parent_service().full_name(),
        method.name(),
        stream(method.is_client_streaming()),
        method.input().full_name(),
        stream(method.is_server_streaming()),
        method.output().full_name()
    )
}
