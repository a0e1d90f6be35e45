//! One stream of questions about what is served.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

use tonic::{Code, Status};
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{
    ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
    ServerReflectionRequest, ServerReflectionResponse, ServiceResponse,
};

use super::catalog::Catalog;
use super::files::{self, Files};
use crate::data_plane::Current;
use crate::data_plane::builtin::{NAMES, View};
use crate::data_plane::failure::ambiguous;
use crate::data_plane::table::Miss;
use crate::snapshot::InterfaceEntry;

/// How many interfaces a stream looks into first.
const MAX_USED: usize = 8;

/// What was asked and answered on one stream.
pub(super) struct Session {
    view: View,
    catalog: Arc<Catalog>,
    host: Arc<str>,
    /// Files that were sent: they are not sent along again.
    sent: HashSet<u64>,
    /// Interfaces that were asked about, the last one first. A file that several
    /// services have under one name is most probably that of the last one.
    used: VecDeque<Arc<Files>>,
}

/// The files of an interface, and one of them.
type Found = (Arc<Files>, usize);

impl Session {
    pub(super) fn new(view: View, catalog: Arc<Catalog>, host: Arc<str>) -> Self {
        Self {
            view,
            catalog,
            host,
            sent: HashSet::new(),
            used: VecDeque::new(),
        }
    }

    /// Answers one question. What is not found is an answer too: the stream goes on.
    pub(super) async fn answer(
        &mut self,
        request: ServerReflectionRequest,
    ) -> ServerReflectionResponse {
        let answered = match &request.message_request {
            Some(question) => self.respond(question).await,
            None => Err(Status::invalid_argument("the request asks nothing")),
        };
        let response = answered.unwrap_or_else(|status| {
            MessageResponse::ErrorResponse(ErrorResponse {
                error_code: status.code().into(),
                error_message: status.message().to_owned(),
            })
        });
        ServerReflectionResponse {
            valid_host: request.host.clone(),
            original_request: Some(request),
            message_response: Some(response),
        }
    }

    async fn respond(&mut self, question: &MessageRequest) -> Result<MessageResponse, Status> {
        let current = self.view.current.load_full();
        let found = match question {
            MessageRequest::ListServices(_) => return Ok(self.list(&current)),
            MessageRequest::AllExtensionNumbersOfType(name) => {
                return self.extension_numbers(&current, name).await;
            }
            MessageRequest::FileByFilename(name) => self
                .file(&current, name)
                .await
                .ok_or_else(|| not_found("file", name))?,
            MessageRequest::FileContainingSymbol(name) => self
                .symbol(&current, name.trim_start_matches('.'))
                .await?
                .ok_or_else(|| not_found("symbol", name))?,
            MessageRequest::FileContainingExtension(asked) => {
                let message = asked.containing_type.trim_start_matches('.');
                let number = asked.extension_number;
                self.extension(&current, message, number)
                    .await
                    .ok_or_else(|| not_found("extension", &format!("{message}:{number}")))?
            }
        };
        Ok(self.send(&found))
    }

    fn list(&self, current: &Current) -> MessageResponse {
        let deployed = current
            .table
            .services(&self.host)
            .filter(|routes| routes.takes_traffic())
            .map(|routes| routes.name.protobuf());
        let names: BTreeSet<&str> = deployed.chain(NAMES).collect();
        let service = names
            .into_iter()
            .map(|name| ServiceResponse {
                name: name.to_owned(),
            })
            .collect();
        MessageResponse::ListServicesResponse(ListServiceResponse { service })
    }

    async fn file(&mut self, current: &Arc<Current>, name: &str) -> Option<Found> {
        let find = |files: &Files| files.file(name);
        if let Some(found) = self.known(find) {
            return Some(found);
        }
        let index = self.catalog.index(&self.host, current).await;
        self.look_into(index.file(name)?, find)
    }

    async fn symbol(
        &mut self,
        current: &Arc<Current>,
        name: &str,
    ) -> Result<Option<Found>, Status> {
        let find = |files: &Files| files.symbol(name);
        // A service, or a method of one, needs no index.
        let parent = name.rsplit_once('.').map(|(parent, _)| parent);
        for service in [Some(name), parent].into_iter().flatten() {
            let routes = match current.table.service(&self.host, service) {
                Ok(Some(routes)) => routes,
                Err(Miss::Ambiguous(domains)) => {
                    let reason = ambiguous("`:authority`", &self.host, &domains);
                    return Err(Status::new(Code::InvalidArgument, reason));
                }
                Ok(None) | Err(_) => continue,
            };
            for entry in routes.interfaces() {
                if let Some(found) = self.look_into(entry, find) {
                    return Ok(Some(found));
                }
            }
        }
        if let Some(found) = self.known(find) {
            return Ok(Some(found));
        }
        let index = self.catalog.index(&self.host, current).await;
        Ok(index
            .symbol(name)
            .and_then(|entry| self.look_into(entry, find)))
    }

    async fn extension(
        &mut self,
        current: &Arc<Current>,
        message: &str,
        number: i32,
    ) -> Option<Found> {
        let find = |files: &Files| files.extension(message, number);
        if let Some(found) = self.known(find) {
            return Some(found);
        }
        let index = self.catalog.index(&self.host, current).await;
        self.look_into(index.extension(message, number)?, find)
    }

    async fn extension_numbers(
        &self,
        current: &Arc<Current>,
        name: &str,
    ) -> Result<MessageResponse, Status> {
        let message = name.trim_start_matches('.');
        let index = self.catalog.index(&self.host, current).await;
        let numbers = match index.extension_numbers(message) {
            Some(numbers) => numbers.into_iter().collect(),
            // Of the node's own services, nothing is extended.
            None if files::own().iter().any(|own| own.symbol(message).is_some()) => Vec::new(),
            None => return Err(not_found("message", name)),
        };
        Ok(MessageResponse::AllExtensionNumbersResponse(
            ExtensionNumberResponse {
                base_type_name: name.to_owned(),
                extension_number: numbers,
            },
        ))
    }

    /// What `find` finds among the files that are at hand.
    fn known(&self, find: impl Fn(&Files) -> Option<usize>) -> Option<Found> {
        let mut at_hand = self.used.iter().chain(files::own());
        at_hand.find_map(|files| Some((Arc::clone(files), find(files)?)))
    }

    /// What `find` finds among the files of an interface.
    fn look_into(
        &mut self,
        entry: &InterfaceEntry,
        find: impl Fn(&Files) -> Option<usize>,
    ) -> Option<Found> {
        let files = self.catalog.files(entry)?;
        let found = find(&files)?;
        self.used.retain(|used| !Arc::ptr_eq(used, &files));
        self.used.truncate(MAX_USED - 1);
        self.used.push_front(Arc::clone(&files));
        Some((files, found))
    }

    /// The file that was asked for, with what it needs, as far as that was not sent.
    fn send(&mut self, (files, index): &Found) -> MessageResponse {
        let mut encoded = Vec::new();
        for (place, file) in files.with_dependencies(*index).into_iter().enumerate() {
            let is_new = self.sent.insert(file.identity);
            if is_new || place == 0 {
                encoded.push(file.encoded.to_vec());
            }
        }
        MessageResponse::FileDescriptorResponse(FileDescriptorResponse {
            file_descriptor_proto: encoded,
        })
    }
}

fn not_found(what: &str, name: &str) -> Status {
    Status::not_found(format!("no {what} `{name}` is served here"))
}
