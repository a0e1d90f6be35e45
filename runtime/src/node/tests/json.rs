use serde_json::{Value, json};

use super::*;

const JSON: &str = "content-type: application/json";

#[tokio::test]
async fn a_plan_can_be_applied_with_curl() {
    let directory = tempfile::tempdir().unwrap();
    let fixture = start(directory.path()).await;
    let address = fixture.node.control_address();
    let resource = domain("a.com");
    let body = json!({
        "parentGeneration": "0",
        "steps": [{
            "action": "PUT", "address": resource.address, "digest": resource.digest
        }],
        "holder": "curl",
        "leaseDuration": "30s",
    });
    let begun = http(
        address,
        "POST /v1/workspaces/acme/applies",
        &[JSON],
        &body.to_string(),
    )
    .await;
    assert_eq!(begun.status, 200, "{begun:?}");
    assert_eq!(begun.body["generation"], "1");

    let body = json!({ "resource": vimana_json(&resource) });
    let step = http(
        address,
        "POST /v1/workspaces/acme/applies/1:step",
        &[JSON],
        &body.to_string(),
    )
    .await;
    assert_eq!(step.status, 200, "{step:?}");
    assert_eq!(step.body["observedDigest"], resource.digest);

    let finished = http(
        address,
        "POST /v1/workspaces/acme/applies/1:finish",
        &[JSON],
        "{}",
    )
    .await;
    assert_eq!(finished.body["apply"]["state"], "SUCCEEDED", "{finished:?}");

    let inventory = http(address, "GET /v1/workspaces/acme/inventory", &[], "").await;
    assert_eq!(inventory.body["generation"], "1");
    assert_eq!(
        inventory.body["resources"][0]["spec"],
        json!({"domain": {"name": "a.com"}})
    );
    let applies = http(address, "GET /v1/workspaces/acme/applies?limit=1", &[], "").await;
    assert_eq!(applies.body["applies"].as_array().unwrap().len(), 1);
}

fn vimana_json(resource: &Resource) -> Value {
    serde_json::to_value(vimana_proto::to_dynamic(resource)).unwrap()
}

#[tokio::test]
async fn a_node_describes_itself() {
    let directory = tempfile::tempdir().unwrap();
    let fixture = start(directory.path()).await;
    let address = fixture.node.control_address();
    let node = http(address, "GET /v1/node", &[], "").await;
    assert_eq!(node.status, 200);
    assert_eq!(node.body["controlAddress"], address.to_string());
    assert_eq!(
        node.body["dataAddress"],
        fixture.node.data_address().to_string()
    );
    assert_eq!(
        node.body["supportedKinds"],
        json!([
            "domain",
            "interface",
            "route",
            "service",
            "variable",
            "version"
        ])
    );
}

#[tokio::test]
async fn errors_are_a_status_with_its_http_code() {
    let directory = tempfile::tempdir().unwrap();
    let fixture = start(directory.path()).await;
    let address = fixture.node.control_address();
    for (line, headers, body, status, code, message) in [
        ("GET /v1/nothing", &[][..], "", 404, 5, "`/v1/nothing`"),
        ("DELETE /v1/node", &[], "", 405, 12, "expected GET"),
        (
            "POST /v1/components:findMissing",
            &["content-type: text/plain"],
            "{}",
            415,
            3,
            "text/plain",
        ),
        (
            "POST /v1/components:findMissing",
            &[JSON],
            "{\"digests\": 7}",
            400,
            3,
            "",
        ),
        (
            "POST /v1/components:findMissing",
            &[JSON],
            "{\"digest\": []}",
            400,
            3,
            "digest",
        ),
        (
            "POST /v1/components:findMissing",
            &[JSON],
            "{",
            400,
            3,
            "JSON",
        ),
        (
            "GET /v1/workspaces/acme/applies/7",
            &[],
            "",
            404,
            5,
            "no apply of generation 7",
        ),
        (
            "GET /v1/workspaces/acme/applies/seven",
            &[],
            "",
            400,
            3,
            "generation",
        ),
        (
            "POST /v1/workspaces/acme/applies",
            &[JSON],
            "{\"parentGeneration\": 5}",
            400,
            9,
            "plan again",
        ),
        (
            "GET /v1/workspaces/acme/status?name=route/none",
            &[],
            "",
            404,
            5,
            "`route/none`",
        ),
    ] {
        let answer = http(address, line, headers, body).await;
        assert_eq!(answer.status, status, "{line}: {answer:?}");
        assert_eq!(answer.body["code"], code, "{line}: {answer:?}");
        assert_eq!(answer.body["details"], json!([]), "{line}");
        let found = answer.body["message"].as_str().unwrap();
        assert!(found.contains(message), "{line}: {found}");
        assert!(answer.head.contains("content-type: application/json"));
    }
    let answer = http(address, "DELETE /v1/node", &[], "").await;
    assert!(answer.head.contains("\r\nallow: get"), "{}", answer.head);
}
