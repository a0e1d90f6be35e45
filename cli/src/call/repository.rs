//! The services of a config repository.

use prost_reflect::DescriptorPool;
use vimana_compiler::Graph;
use vimana_proto::VersionName;
use vimana_proto::state::v1::spec;

use super::schema::{Offered, Schema};
use crate::command_error::{Code, CommandError};
use crate::output::Output;
use crate::repository::{self, Repository};

/// Compiles the repository.
pub(crate) fn schema(repository: &Repository, output: &Output) -> Result<Schema, CommandError> {
    let source = repository.source(None)?;
    let compilation = repository.compile(source.as_ref(), output);
    if !compilation.has_errors() {
        // Warnings are for `check`, and have nothing to do with a call.
        return of_graph(compilation.graph());
    }
    repository::report(&compilation.diagnostics, &compilation.files, output);
    Err(CommandError::new(
        Code::Invalid,
        "the repository is invalid, so it is not known what the method takes",
    )
    .with_help("`--reflection` asks the server instead"))
}

fn of_graph(graph: &Graph) -> Result<Schema, CommandError> {
    let mut found = Vec::new();
    for resource in graph.resources() {
        let Some(spec::Kind::Interface(interface)) = resource.spec.and_then(|spec| spec.kind)
        else {
            continue;
        };
        let name = format!("{}@{}", interface.service, interface.version);
        let name: VersionName = name
            .parse()
            .map_err(|error| CommandError::from_error(Code::Failed, &error))?;
        let pool = DescriptorPool::decode(&*interface.file_descriptor_set)
            .map_err(|error| CommandError::from_error(Code::Failed, &error))?;
        if let Some(service) = pool.get_service_by_name(&interface.protobuf_service) {
            found.push((name, service));
        }
    }
    // The newest version of each is asked first.
    found.sort_by(|(one, _), (other, _)| {
        let services = one.service.cmp(&other.service);
        services.then_with(|| other.version.cmp(&one.version))
    });
    let offered = found.into_iter().map(|(name, service)| Offered {
        domain: Some(name.service.domain().to_owned()),
        service,
    });
    Ok(Schema::new(offered.collect()))
}
