use std::time::Duration;

use tonic::Code;
use vimana_proto::control::v1::resource_status::Health;
use vimana_proto::control::v1::{
    FindMissingComponentsRequest, GetApplyRequest, GetInventoryRequest, GetStatusRequest,
    journal_step,
};

use super::*;

#[tokio::test]
async fn what_is_applied_is_prepared_published_and_listed() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let (digest, stored) = fixture.upload(b"component").await;
    assert_eq!(stored, 9);
    let resources = service(digest, stored);
    assert_eq!(fixture.apply(0, &resources).await, 1);

    let snapshot = fixture.serving.snapshot();
    let entry = &snapshot.services[&SERVICE.parse().unwrap()];
    assert_eq!(entry.workspace, "acme");
    assert_eq!(entry.limits.timeout, Duration::from_secs(2));
    assert_eq!(entry.targets.len(), 1);
    assert_eq!(entry.versions.len(), 1);
    assert_eq!(fixture.serving.prepared.lock().len(), 1);

    let request = GetInventoryRequest {
        workspace: "acme".into(),
    };
    let inventory = fixture.client.get_inventory(request).await.unwrap();
    let inventory = inventory.into_inner();
    assert_eq!(inventory.generation, 1);
    let mut expected: Vec<Resource> = resources.to_vec();
    expected.sort_by(|a, b| a.address.cmp(&b.address));
    for resource in &mut expected {
        resource.generation = 1;
        resource.dependencies.sort();
    }
    assert_eq!(inventory.resources, expected);

    let request = GetStatusRequest {
        workspace: "acme".into(),
        name: SERVICE.into(),
    };
    let status = fixture
        .client
        .get_status(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(status.resources.len(), 4, "all but the domain");
    for found in status.resources {
        assert_eq!(found.health(), Health::Healthy);
        assert_eq!(found.observed_digest, found.resource.unwrap().digest);
    }
}

#[tokio::test]
async fn a_version_that_cannot_serve_fails_its_step_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let (digest, size) = fixture.upload(b"component").await;
    let resources = service(digest, size);
    fixture.serving.unfit.lock().insert(
        format!("{SERVICE}@1.0.0"),
        "function `call` is missing".into(),
    );
    let generation = fixture.begin(0, &resources).await;
    for step in 0..3 {
        let resource = &resources[step as usize];
        fixture.put(generation, step, resource).await.unwrap();
    }
    let published = fixture.serving.snapshots.lock().len();
    let error = fixture.put(generation, 3, &resources[3]).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    assert_eq!(
        error.message(),
        "version `a.com:x.Y@1.0.0` cannot serve: function `call` is missing"
    );
    assert_eq!(fixture.serving.snapshots.lock().len(), published);

    let request = GetApplyRequest {
        workspace: "acme".into(),
        generation,
    };
    let apply = fixture
        .client
        .get_apply(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(apply.steps[3].state(), journal_step::State::Failed);
    assert_eq!(apply.steps[3].error, error.message());
    assert_eq!(apply.steps[4].state(), journal_step::State::NotStarted);

    // The route needs the version; once that is fit, both can be put.
    let error = fixture.put(generation, 4, &resources[4]).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    fixture.serving.unfit.lock().clear();
    fixture.put(generation, 3, &resources[3]).await.unwrap();
    fixture.put(generation, 4, &resources[4]).await.unwrap();
}

#[tokio::test]
async fn a_step_that_is_done_is_answered_again_without_being_done_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let resource = domain("a.com");
    let generation = fixture.begin(0, std::slice::from_ref(&resource)).await;
    let first = fixture.put(generation, 0, &resource).await.unwrap();
    let second = fixture.put(generation, 0, &resource).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(first.observed_digest, resource.digest);
}

#[tokio::test]
async fn an_overtaken_executor_can_do_no_harm() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let resource = domain("a.com");
    let old = fixture.begin(0, std::slice::from_ref(&resource)).await;

    let held = fixture.client.begin_apply(begin(1, vec![])).await;
    assert_eq!(held.unwrap_err().code(), Code::Aborted);
    fixture.clock.advance(Duration::from_secs(10));
    let stale = fixture.client.begin_apply(begin(0, vec![])).await;
    assert_eq!(stale.unwrap_err().code(), Code::FailedPrecondition);
    fixture.begin(1, &[]).await;

    let error = fixture.put(old, 0, &resource).await.unwrap_err();
    assert_eq!(error.code(), Code::FailedPrecondition);
    assert_eq!(
        error.message(),
        "generation 1 of workspace `acme` has passed; the current one is 2"
    );
}

#[tokio::test]
async fn content_of_another_digest_is_refused_and_not_kept() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let announced = Digest::of(b"announced");
    let error = upload(&mut fixture.client, announced, b"something else").await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    assert!(error.message().contains(&announced.to_string()), "{error}");

    let request = FindMissingComponentsRequest {
        digests: vec![announced.to_string()],
    };
    let missing = fixture.client.find_missing_components(request).await;
    assert_eq!(
        missing.unwrap().into_inner().digests,
        [announced.to_string()]
    );

    let (_, stored) = fixture.upload(b"announced").await;
    assert_eq!(stored, 9);
    let (_, stored) = fixture.upload(b"announced").await;
    assert_eq!(stored, 0, "the node had it");
}

#[tokio::test]
async fn a_version_of_a_component_that_was_never_uploaded_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let resources = service(Digest::of(b"elsewhere"), 9);
    let generation = fixture.begin(0, &resources).await;
    for step in 0..3 {
        let resource = &resources[step as usize];
        fixture.put(generation, step, resource).await.unwrap();
    }
    let error = fixture.put(generation, 3, &resources[3]).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    assert!(error.message().ends_with("upload it first"), "{error}");
}

#[tokio::test]
async fn a_step_that_breaks_the_data_plane_is_in_the_journal() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let (digest, size) = fixture.upload(b"component").await;
    let resources = service(digest, size);
    let generation = fixture.begin(0, &resources).await;
    for step in 0..3 {
        let resource = &resources[step as usize];
        fixture.put(generation, step, resource).await.unwrap();
    }
    let name = format!("{SERVICE}@1.0.0");
    fixture.serving.unfit.lock().insert(name, PANIC.into());
    let error = fixture.put(generation, 3, &resources[3]).await.unwrap_err();
    assert_eq!(error.code(), Code::Internal);
    let request = GetApplyRequest {
        workspace: "acme".into(),
        generation,
    };
    let apply = fixture
        .client
        .get_apply(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(apply.steps[3].state(), journal_step::State::Failed);

    fixture.serving.unfit.lock().clear();
    fixture.put(generation, 3, &resources[3]).await.unwrap();
}

#[tokio::test]
async fn a_component_file_of_another_size_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let (digest, size) = fixture.upload(b"component").await;
    let resources = service(digest, size + 1);
    let generation = fixture.begin(0, &resources).await;
    for step in 0..3 {
        let resource = &resources[step as usize];
        fixture.put(generation, step, resource).await.unwrap();
    }
    let error = fixture.put(generation, 3, &resources[3]).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    assert!(
        error.message().ends_with("but the version says 10"),
        "{error}"
    );
}

#[tokio::test]
async fn resources_that_contradict_themselves_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let mut inconsistent = domain("a.com");
    inconsistent.address = "domain/b.com".into();
    let mut undeclared = service(Digest::of(b"c"), 1)[2].clone();
    undeclared.dependencies.clear();
    let nonsense = domain("No Domain");
    let steps = [inconsistent, undeclared, nonsense];
    let generation = fixture.begin(0, &steps).await;
    for (step, (resource, expected)) in (0..).zip(steps.iter().zip([
        "address and digest of `domain/b.com` do not follow from its spec",
        "`service/a.com:x.Y` needs `domain/a.com`, but does not say so in `dependencies`",
        "`domain/No Domain`: `No Domain` is no domain",
    ])) {
        let error = fixture.put(generation, step, resource).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert_eq!(error.message(), expected);
    }
}

#[tokio::test]
async fn a_plan_is_refused_for_what_it_announces() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let good = put_step(&domain("a.com"));
    let with = |change: fn(&mut PlannedStep)| {
        let mut step = good.clone();
        change(&mut step);
        vec![step]
    };
    for (steps, code, expected) in [
        (
            with(|step| step.address = "session/s".into()),
            Code::Unimplemented,
            "this node cannot hold",
        ),
        (
            with(|step| step.address = "nonsense".into()),
            Code::InvalidArgument,
            "is no address",
        ),
        (
            with(|step| step.digest = "md5:0".into()),
            Code::InvalidArgument,
            "is no digest",
        ),
        (
            with(|step| step.action = 0),
            Code::InvalidArgument,
            "has no action",
        ),
        (
            vec![good.clone(), good.clone()],
            Code::InvalidArgument,
            "second one of `domain/a.com`",
        ),
    ] {
        let error = fixture.client.begin_apply(begin(0, steps)).await;
        let error = error.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(expected), "{error}");
    }
    let mut request = begin(0, vec![]);
    request.workspace = "../acme".into();
    let error = fixture.client.begin_apply(request).await.unwrap_err();
    assert!(error.message().contains("is no workspace name"), "{error}");
    let mut request = begin(0, vec![]);
    request.lease_duration = Some(prost_types::Duration {
        seconds: 3600,
        nanos: 0,
    });
    let error = fixture.client.begin_apply(request).await.unwrap_err();
    assert!(error.message().contains("1 s to 60 s"), "{error}");
}

#[tokio::test]
async fn a_deleted_service_is_served_no_more() {
    let directory = tempfile::tempdir().unwrap();
    let mut fixture = start(directory.path()).await;
    let (digest, size) = fixture.upload(b"component").await;
    let mut resources = service(digest, size).to_vec();
    fixture.apply(0, &resources).await;
    resources.reverse();
    let steps = resources
        .iter()
        .map(|resource| PlannedStep {
            action: StepAction::Delete.into(),
            address: resource.address.clone(),
            digest: String::new(),
            reason: "gone".into(),
        })
        .collect();
    fixture.client.begin_apply(begin(1, steps)).await.unwrap();
    // The domain, which is last, is still needed.
    for (step, is_free) in [
        (4, false),
        (0, true),
        (1, true),
        (2, true),
        (3, true),
        (4, true),
    ] {
        let request = ApplyStepRequest {
            workspace: "acme".into(),
            generation: 2,
            step,
            resource: None,
        };
        let result = fixture.client.apply_step(request).await;
        assert_eq!(result.is_ok(), is_free, "{result:?}");
    }
    assert!(fixture.serving.snapshot().services.is_empty());
}
