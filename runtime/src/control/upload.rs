use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use tokio::sync::mpsc;
use tonic::Status;
use vimana_proto::Digest;
use vimana_proto::control::v1::UploadComponentRequest;

use crate::store::{ComponentError, MAX_COMPONENT_BYTES, Store, StoreError};

const MAX_CHUNK_BYTES: usize = 1024 * 1024;
/// Parts that wait for the disk.
const QUEUED_CHUNKS: usize = 4;
/// How long a client may be silent.
const SILENCE: Duration = Duration::from_mins(1);

/// Stores the component that `requests` carry. Answers how many bytes were
/// stored: 0 where the node had it.
pub(super) async fn receive(
    store: &Arc<Store>,
    requests: impl Stream<Item = Result<UploadComponentRequest, Status>> + Send + Unpin,
) -> Result<u64, Status> {
    let mut requests = requests;
    let first = next(&mut requests)
        .await?
        .ok_or_else(|| Status::invalid_argument("the upload is empty; expected a digest"))?;
    let digest: Digest = first
        .digest
        .parse()
        .map_err(|error| Status::invalid_argument(format!("{error}")))?;

    if store.components().size(&digest).is_some() {
        return drain(&mut requests, first.chunk.len()).await;
    }

    let (chunks, mut queue) = mpsc::channel::<Bytes>(QUEUED_CHUNKS);
    let (complete, completed) = tokio::sync::oneshot::channel::<()>();
    let files = Arc::clone(store);
    let writer = tokio::task::spawn_blocking(move || -> Result<u64, ComponentError> {
        let mut upload = files.components().upload(digest)?;
        while let Some(chunk) = queue.blocking_recv() {
            upload.write(&chunk)?;
        }
        // Without the word of the client that this was all, the content is
        // incomplete even where nothing else went wrong.
        if completed.blocking_recv().is_err() {
            return Err(StoreError::Interrupted.into());
        }
        upload.finish()
    });

    let sent = send(&mut requests, first, digest, &chunks).await;
    drop(chunks);
    if sent.is_ok() {
        // The writer may be gone already; then it says why.
        let _ = complete.send(());
    } else {
        drop(complete);
    }
    let written = writer
        .await
        .map_err(|_| Status::from(StoreError::Interrupted))?;
    sent?;
    Ok(written?)
}

/// Hands the parts to the writer, until there are no more or it gave up.
async fn send(
    requests: &mut (impl Stream<Item = Result<UploadComponentRequest, Status>> + Unpin),
    first: UploadComponentRequest,
    digest: Digest,
    chunks: &mpsc::Sender<Bytes>,
) -> Result<(), Status> {
    let mut request = first;
    loop {
        check(&request, digest)?;
        if !request.chunk.is_empty() && chunks.send(request.chunk.into()).await.is_err() {
            return Ok(());
        }
        match next(requests).await? {
            Some(following) => request = following,
            None => return Ok(()),
        }
    }
}

fn check(request: &UploadComponentRequest, digest: Digest) -> Result<(), Status> {
    if request.chunk.len() > MAX_CHUNK_BYTES {
        return Err(Status::invalid_argument(format!(
            "a part has {} bytes; expected at most {MAX_CHUNK_BYTES}",
            request.chunk.len()
        )));
    }
    if request.digest.is_empty() || request.digest == digest.to_string() {
        return Ok(());
    }
    Err(Status::invalid_argument(
        "the digest changed in the middle of an upload",
    ))
}

/// Reads what a client sends although the node has it, so that the answer finds
/// a client that listens.
async fn drain(
    requests: &mut (impl Stream<Item = Result<UploadComponentRequest, Status>> + Unpin),
    first: usize,
) -> Result<u64, Status> {
    let mut bytes = first as u64;
    while let Some(request) = next(requests).await? {
        bytes += request.chunk.len() as u64;
        if bytes > MAX_COMPONENT_BYTES {
            return Err(ComponentError::TooLarge.into());
        }
    }
    Ok(0)
}

async fn next(
    requests: &mut (impl Stream<Item = Result<UploadComponentRequest, Status>> + Unpin),
) -> Result<Option<UploadComponentRequest>, Status> {
    tokio::time::timeout(SILENCE, requests.next())
        .await
        .map_err(|_| Status::deadline_exceeded("no part of the upload came for a minute"))?
        .transpose()
}
