use tonic::Code;
use tonic::metadata::MetadataValue;
use vimana_proto::control::v1::GetNodeRequest;

use super::*;

const TOKEN: &str = "0123456789abcdef";

#[tokio::test]
async fn without_the_token_there_are_only_probes() {
    let directory = tempfile::tempdir().unwrap();
    let mut config = config(directory.path());
    config.token = Some(Token::new(TOKEN).unwrap());
    let node = start_with(config, Arc::default()).await.unwrap();
    node.ready().await;
    let address = node.control_address();

    for (path, status) in [("/livez", 200), ("/readyz", 200), ("/v1/node", 401)] {
        let answer = http(address, &format!("GET {path}"), &[], "").await;
        assert_eq!(answer.status, status, "{path}");
    }
    let wrong = ["authorization: Bearer 0123456789abcdeF"];
    let answer = http(address, "GET /v1/node", &wrong, "").await;
    assert_eq!(answer.body["message"], "the token is wrong");
    assert!(answer.head.contains("www-authenticate: bearer"));
    let right = [&*format!("authorization: Bearer {TOKEN}")];
    let answer = http(address, "GET /v1/node", &right, "").await;
    assert_eq!(answer.status, 200);

    let mut client = connect(&node).await;
    let error = client.get_node(GetNodeRequest {}).await.unwrap_err();
    assert_eq!(error.code(), Code::Unauthenticated);
    let mut request = tonic::Request::new(GetNodeRequest {});
    let bearer = MetadataValue::try_from(format!("Bearer {TOKEN}")).unwrap();
    request.metadata_mut().insert("authorization", bearer);
    client.get_node(request).await.unwrap();
}

#[tokio::test]
async fn a_control_api_that_others_can_reach_needs_a_token() {
    let directory = tempfile::tempdir().unwrap();
    let mut config = config(directory.path());
    config.control = "0.0.0.0:0".parse().unwrap();
    let error = start_with(config.clone(), Arc::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("--token-file"), "{error}");
    assert!(!config.state.exists(), "nothing was touched");

    config.token = Some(Token::new(TOKEN).unwrap());
    start_with(config, Arc::default()).await.unwrap();
}

#[tokio::test]
async fn web_pages_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let fixture = start(directory.path()).await;
    let address = fixture.node.control_address();
    for header in ["origin: https://evil.example", "host: evil.example:7700"] {
        let answer = http(address, "GET /v1/node", &[header], "").await;
        assert_eq!(answer.status, 403, "{header}");
    }
}

#[tokio::test]
async fn two_nodes_cannot_share_a_state_directory() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(directory.path()).await;
    let error = start_with(config(directory.path()), Arc::default())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("in use by another node"),
        "{error}"
    );
    first.node.shutdown().await;
    start_with(config(directory.path()), Arc::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn an_address_in_use_is_named_with_its_option() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config(directory.path());
    config.listen = taken.local_addr().unwrap();
    let error = start_with(config, Arc::default()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("--listen"), "{text}");
    assert!(
        text.contains(&taken.local_addr().unwrap().to_string()),
        "{text}"
    );
}

#[tokio::test]
async fn health_and_reflection_are_served() {
    use tonic_health::pb::health_check_response::ServingStatus;
    use tonic_health::pb::health_client::HealthClient;
    use tonic_reflection::pb::v1::ServerReflectionRequest;
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

    let directory = tempfile::tempdir().unwrap();
    let fixture = start(directory.path()).await;
    let channel = channel(&fixture.node).await;

    let mut health = HealthClient::new(channel.clone());
    let mut watched = health
        .watch(tonic_health::pb::HealthCheckRequest::default())
        .await
        .unwrap()
        .into_inner();
    within(async {
        loop {
            let response = watched.message().await.unwrap().unwrap();
            if response.status() == ServingStatus::Serving {
                break;
            }
        }
    })
    .await;

    let mut reflection = ServerReflectionClient::new(channel);
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut responses = reflection
        .server_reflection_info(tokio_stream::iter([request]))
        .await
        .unwrap()
        .into_inner();
    let response = responses.message().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(list)) = response.message_response else {
        panic!("{response:?}");
    };
    assert!(
        list.service
            .iter()
            .any(|service| service.name == "vimana.control.v1.Control")
    );
}
