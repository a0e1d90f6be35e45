use tokio::sync::watch;

/// Asks an execution to end; may be cloned and kept anywhere.
#[derive(Debug, Clone)]
pub struct Canceller(watch::Sender<u32>);

/// Whether an execution was asked to end.
#[derive(Debug, Clone)]
pub struct Cancel(watch::Receiver<u32>);

/// A canceller and what listens to it.
#[must_use]
pub fn cancellation() -> (Canceller, Cancel) {
    let (sender, receiver) = watch::channel(0);
    (Canceller(sender), Cancel(receiver))
}

impl Canceller {
    /// Once: finish what is in hand. Twice: stop at once.
    pub fn cancel(&self) {
        self.0.send_modify(|times| *times = times.saturating_add(1));
    }
}

impl Cancel {
    /// A cancellation that never comes.
    #[must_use]
    pub fn never() -> Self {
        cancellation().1
    }

    /// Waits for the first call.
    pub async fn requested(&self) {
        self.reached(1).await;
    }

    /// Waits for the second call.
    pub async fn aborted(&self) {
        self.reached(2).await;
    }

    async fn reached(&self, times: u32) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|called| *called >= times).await.is_err() {
            // No canceller is left, so nobody will ever call.
            std::future::pending::<()>().await;
        }
    }
}
