use vimana_proto::control::v1::GetStatusRequest;
use vimana_proto::control::v1::resource_status::Health;

use super::*;

#[tokio::test]
async fn a_restart_serves_what_was_applied() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = start(directory.path()).await;
    let (digest, size) = first.upload(b"component").await;
    let resources = service(digest, size);
    first.apply(0, &resources).await;
    let before = first.serving.snapshot();
    first.node.shutdown().await;

    let second = start(directory.path()).await;
    let after = second.serving.snapshot();
    let name = SERVICE.parse().unwrap();
    assert_eq!(
        format!("{:?}", after.services[&name]),
        format!("{:?}", before.services[&name])
    );
    assert_eq!(
        *second.serving.prepared.lock(),
        *first.serving.prepared.lock()
    );
}

#[tokio::test]
async fn one_version_that_cannot_be_restored_keeps_nothing_else_from_serving() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = start(directory.path()).await;
    let (digest, size) = first.upload(b"component").await;
    first.apply(0, &service(digest, size)).await;
    first.node.shutdown().await;

    let serving = Arc::new(FakeServing::default());
    let name = format!("{SERVICE}@1.0.0");
    serving.unfit.lock().insert(name, "broken".into());
    let node = start_with(config(directory.path()), Arc::clone(&serving))
        .await
        .unwrap();
    within(node.ready()).await;
    let ready = http(node.control_address(), "GET /readyz", &[], "").await;
    assert_eq!(ready.status, 200);

    let mut client = connect(&node).await;
    let request = GetStatusRequest {
        workspace: "acme".into(),
        name: String::new(),
    };
    let status = client.get_status(request).await.unwrap().into_inner();
    for found in status.resources {
        let address = found.resource.as_ref().unwrap().address.clone();
        let expected = if address.starts_with("version/") {
            (Health::Unhealthy, "broken")
        } else {
            (Health::Healthy, "")
        };
        assert_eq!((found.health(), found.message.as_str()), expected);
    }
}

#[tokio::test]
async fn an_apply_goes_on_after_a_restart_of_the_node() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = start(directory.path()).await;
    let resources = [domain("a.com"), domain("b.com")];
    let generation = first.begin(0, &resources).await;
    first.put(generation, 0, &resources[0]).await.unwrap();
    first.node.shutdown().await;

    let mut second = start(directory.path()).await;
    second.put(generation, 0, &resources[0]).await.unwrap();
    second.put(generation, 1, &resources[1]).await.unwrap();
}
