//! `grpc.reflection`, as clients without a `.proto` ask for it.

use std::collections::BTreeSet;

use prost::Message as _;
use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorProto;
use tonic::transport::Channel;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest as Ask;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse as Answer;
use tonic_reflection::pb::v1::{ExtensionRequest, ServerReflectionRequest};
use tonic_reflection::pb::v1alpha;

use crate::client::channel;
use crate::guest;
use crate::node::{LIMITS, Node, Version};

/// One stream of questions, asked one after the other.
async fn ask<const N: usize>(node: &Node, authority: &str, questions: [Ask; N]) -> [Answer; N] {
    let mut client: ServerReflectionClient<Channel> =
        ServerReflectionClient::new(channel(node, authority).await);
    let requests = questions.map(|question| ServerReflectionRequest {
        host: String::new(),
        message_request: Some(question),
    });
    let stream = client
        .server_reflection_info(tokio_stream::iter(requests))
        .await;
    let mut stream = stream.unwrap().into_inner();
    let mut answers = Vec::new();
    while let Some(response) = stream.message().await.unwrap() {
        answers.push(response.message_response.unwrap());
    }
    answers.try_into().unwrap()
}

fn symbol(name: &str) -> Ask {
    Ask::FileContainingSymbol(name.to_owned())
}

fn extension(message: &str, number: i32) -> Ask {
    Ask::FileContainingExtension(ExtensionRequest {
        containing_type: message.to_owned(),
        extension_number: number,
    })
}

/// The names of the files of an answer; the code of an error.
fn files(answer: &Answer) -> Result<Vec<String>, i32> {
    match answer {
        Answer::FileDescriptorResponse(response) => Ok(response
            .file_descriptor_proto
            .iter()
            .map(|file| {
                FileDescriptorProto::decode(&**file)
                    .unwrap()
                    .name()
                    .to_owned()
            })
            .collect()),
        Answer::ErrorResponse(error) => Err(error.error_code),
        other => panic!("{other:?}"),
    }
}

fn services(answer: &Answer) -> BTreeSet<String> {
    let Answer::ListServicesResponse(list) = answer else {
        panic!("{answer:?}");
    };
    let names = list.service.iter().map(|service| service.name.clone());
    names.collect()
}

const OWN: [&str; 3] = [
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
];

#[tokio::test]
async fn the_services_with_traffic_are_listed_by_domain() {
    let node = Node::serving(guest::echo()).await;
    let idle = Version::new("1.0.0", guest::echo(), 0);
    node.put("other.com:bar.FooService", LIMITS, vec![idle])
        .await;
    let list = || Ask::ListServices(String::new());
    let own: BTreeSet<String> = OWN.map(str::to_owned).into();
    let [here] = ask(&node, "example.com", [list()]).await;
    let expected: BTreeSet<_> = own
        .iter()
        .cloned()
        .chain(["bar.FooService".to_owned()])
        .collect();
    assert_eq!(services(&here), expected);
    let [there] = ask(&node, "other.com", [list()]).await;
    assert_eq!(services(&there), own);
    let [anywhere] = ask(&node, "127.0.0.1", [list()]).await;
    assert_eq!(services(&anywhere), expected);
}

#[tokio::test]
async fn a_service_comes_with_all_that_it_needs_and_once_a_stream() {
    let node = Node::serving(guest::echo()).await;
    let [first, again] = ask(
        &node,
        "example.com",
        [symbol("bar.FooService"), symbol("bar.FooService.SayHello")],
    )
    .await;
    let Answer::FileDescriptorResponse(response) = &first else {
        panic!("{first:?}");
    };
    let mut pool = DescriptorPool::new();
    let decoded = response
        .file_descriptor_proto
        .iter()
        .map(|file| FileDescriptorProto::decode(&**file).unwrap());
    pool.add_file_descriptor_protos(decoded).unwrap();
    assert!(pool.get_service_by_name("bar.FooService").is_some());
    assert_eq!(files(&first).unwrap()[0], "service.proto");
    assert!(
        files(&first)
            .unwrap()
            .contains(&"google/api/http.proto".to_owned())
    );
    assert_eq!(files(&again).unwrap(), ["service.proto"]);
}

#[tokio::test]
async fn everything_with_a_name_is_found() {
    let node = Node::serving(guest::echo()).await;
    let found = |answer: &Answer| files(answer).map(|files| files[0].clone());
    let answers = ask(
        &node,
        "example.com",
        [
            symbol("bar.HelloRequest"),
            symbol("bar.HelloRequest.name"),
            symbol("google.api.HttpRule"),
            symbol(".google.api.HttpRule.get"),
            symbol("google.protobuf.FieldOptions.JSType"),
            symbol("google.protobuf.FieldOptions.JS_NORMAL"),
            symbol("grpc.health.v1.HealthCheckRequest"),
            symbol("bar.Nothing"),
            symbol("bar.HelloRequest.nothing"),
            symbol(""),
        ],
    )
    .await;
    let names: Vec<_> = answers.iter().map(found).collect();
    let name = |name: &str| Ok(name.to_owned());
    assert_eq!(
        names,
        [
            name("service.proto"),
            name("service.proto"),
            name("google/api/http.proto"),
            name("google/api/http.proto"),
            name("google/protobuf/descriptor.proto"),
            name("google/protobuf/descriptor.proto"),
            name("grpc/health/v1/health.proto"),
            Err(5),
            Err(5),
            Err(5),
        ]
    );
    let [file, absent] = ask(
        &node,
        "example.com",
        [
            Ask::FileByFilename("google/api/annotations.proto".into()),
            Ask::FileByFilename("nothing.proto".into()),
        ],
    )
    .await;
    assert_eq!(found(&file), name("google/api/annotations.proto"));
    assert_eq!(found(&absent), Err(5));
}

#[tokio::test]
async fn extensions_are_found_by_number_and_counted() {
    let node = Node::serving(guest::echo()).await;
    let options = "google.protobuf.MethodOptions";
    let numbers = |name: &str| Ask::AllExtensionNumbersOfType(name.to_owned());
    let [http, absent, all, none, nothing] = ask(
        &node,
        "example.com",
        [
            extension(options, 72_295_728),
            extension(options, 1),
            numbers(options),
            numbers("bar.HelloRequest"),
            numbers("bar.Nothing"),
        ],
    )
    .await;
    assert_eq!(files(&http).unwrap()[0], "google/api/annotations.proto");
    assert_eq!(files(&absent), Err(5));
    let counted = |answer: Answer| match answer {
        Answer::AllExtensionNumbersResponse(response) => {
            Ok((response.base_type_name, response.extension_number))
        }
        Answer::ErrorResponse(error) => Err(error.error_code),
        other => panic!("{other:?}"),
    };
    assert_eq!(counted(all), Ok((options.to_owned(), vec![72_295_728])));
    assert_eq!(
        counted(none),
        Ok(("bar.HelloRequest".to_owned(), Vec::new()))
    );
    assert_eq!(counted(nothing), Err(5));
}

#[tokio::test]
async fn what_is_deployed_is_found_at_once_on_an_open_stream() {
    let node = Node::start().await;
    let mut client = ServerReflectionClient::new(channel(&node, "example.com").await);
    let (questions, asked) = tokio::sync::mpsc::channel(1);
    let asked = tokio_stream::wrappers::ReceiverStream::new(asked);
    let question = || ServerReflectionRequest {
        host: String::new(),
        message_request: Some(symbol("bar.HelloRequest")),
    };
    questions.send(question()).await.unwrap();
    let mut answers = client
        .server_reflection_info(asked)
        .await
        .unwrap()
        .into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    assert_eq!(files(&answer.message_response.unwrap()), Err(5));
    let version = Version::new("1.0.0", guest::echo(), 1);
    node.put("example.com:bar.FooService", LIMITS, vec![version])
        .await;
    questions.send(question()).await.unwrap();
    let answer = answers.message().await.unwrap().unwrap();
    let found = files(&answer.message_response.unwrap());
    assert_eq!(found.unwrap()[0], "service.proto");
}

#[tokio::test]
async fn the_earlier_version_of_the_protocol_answers_too() {
    let node = Node::serving(guest::echo()).await;
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(
        channel(&node, "example.com").await,
    );
    let request = v1alpha::ServerReflectionRequest {
        host: "example.com".into(),
        message_request: Some(
            v1alpha::server_reflection_request::MessageRequest::ListServices(String::new()),
        ),
    };
    let stream = client
        .server_reflection_info(tokio_stream::iter([request.clone()]))
        .await;
    let mut stream = stream.unwrap().into_inner();
    let response = stream.message().await.unwrap().unwrap();
    assert_eq!(response.valid_host, "example.com");
    assert_eq!(response.original_request, Some(request));
    assert!(stream.message().await.unwrap().is_none());
}
