//! `grpc.reflection`, v1 and v1alpha: what is served, told to clients that have no
//! `.proto` (<https://github.com/grpc/grpc/blob/master/doc/server-reflection.md>).
//!
//! The services that take traffic on the host that the client names are listed, with
//! the node's own. An interface is looked into when it is asked about, the newest one
//! that takes traffic first; what no service name leads to is found by an index of all
//! of the host's interfaces, which is made when it is first needed and kept until
//! something is deployed.

mod catalog;
mod files;
mod session;

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures::{Stream, stream};
use prost::Message;
use tokio::sync::OwnedSemaphorePermit;
use tonic::{Request, Response, Status, Streaming};
use tonic_reflection::pb::{v1, v1alpha};

use super::{Streams, View, host, stopping};
use catalog::Catalog;
use session::Session;

pub(super) struct ReflectionService {
    view: View,
    streams: Streams,
    catalog: Arc<Catalog>,
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl ReflectionService {
    pub(super) fn new(view: View, streams: Streams) -> Self {
        Self {
            view,
            streams,
            catalog: Arc::default(),
        }
    }

    /// Answers question by question: the next one is read when the client has taken
    /// the answer.
    fn converse<Q, A>(&self, request: Request<Streaming<Q>>) -> Result<Response<Answers<A>>, Status>
    where
        Q: Form<v1::ServerReflectionRequest> + 'static,
        A: Form<v1::ServerReflectionResponse> + 'static,
    {
        let session = Session::new(self.view.clone(), Arc::clone(&self.catalog), host(&request));
        let conversation = Conversation {
            session,
            questions: request.into_inner(),
            view: self.view.clone(),
            _place: self.streams.open()?,
        };
        let answers = stream::try_unfold(conversation, Conversation::next);
        Ok(Response::new(Box::pin(answers)))
    }
}

struct Conversation<Q> {
    session: Session,
    questions: Streaming<Q>,
    view: View,
    _place: OwnedSemaphorePermit,
}

impl<Q: Form<v1::ServerReflectionRequest>> Conversation<Q> {
    async fn next<A>(mut self) -> Result<Option<(A, Self)>, Status>
    where
        A: Form<v1::ServerReflectionResponse>,
    {
        let question = tokio::select! {
            question = self.questions.message() => question?,
            () = self.view.draining.cancelled() => return Err(stopping()),
        };
        let Some(question) = question else {
            return Ok(None);
        };
        let answer = self.session.answer(question.into_current()?).await;
        Ok(Some((A::from_current(answer)?, self)))
    }
}

/// A message of v1alpha in v1, and back: they are the same on the wire.
trait Form<Current>: Message + Default + Sized {
    fn into_current(self) -> Result<Current, Status>;
    fn from_current(current: Current) -> Result<Self, Status>;
}

macro_rules! forms {
    ($($name:ident)+) => { $(
        impl Form<v1::$name> for v1::$name {
            fn into_current(self) -> Result<Self, Status> {
                Ok(self)
            }

            fn from_current(current: Self) -> Result<Self, Status> {
                Ok(current)
            }
        }

        impl Form<v1::$name> for v1alpha::$name {
            fn into_current(self) -> Result<v1::$name, Status> {
                recode(&self)
            }

            fn from_current(current: v1::$name) -> Result<Self, Status> {
                recode(&current)
            }
        }
    )+ };
}

forms! { ServerReflectionRequest ServerReflectionResponse }

fn recode<T: Message + Default>(message: &impl Message) -> Result<T, Status> {
    T::decode(&*message.encode_to_vec())
        .map_err(|_| Status::internal("a message of one version is none of the other"))
}

#[async_trait]
impl v1::server_reflection_server::ServerReflection for ReflectionService {
    type ServerReflectionInfoStream = Answers<v1::ServerReflectionResponse>;

    async fn server_reflection_info(
        &self,
        request: Request<Streaming<v1::ServerReflectionRequest>>,
    ) -> Result<Response<Self::ServerReflectionInfoStream>, Status> {
        self.converse(request)
    }
}

#[async_trait]
impl v1alpha::server_reflection_server::ServerReflection for ReflectionService {
    type ServerReflectionInfoStream = Answers<v1alpha::ServerReflectionResponse>;

    async fn server_reflection_info(
        &self,
        request: Request<Streaming<v1alpha::ServerReflectionRequest>>,
    ) -> Result<Response<Self::ServerReflectionInfoStream>, Status> {
        self.converse(request)
    }
}
