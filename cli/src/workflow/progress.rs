//! What an apply is doing, a line an event, where somebody watches.

use vimana_reconciler::{Event, Observer};

use crate::output::Output;

/// Tells progress on stderr.
pub(crate) struct Progress<'a> {
    output: &'a Output,
}

impl<'a> Progress<'a> {
    pub(crate) const fn new(output: &'a Output) -> Self {
        Self { output }
    }
}

impl Observer for Progress<'_> {
    fn event(&self, event: &Event<'_>) {
        let output = self.output;
        match event {
            Event::Uploading { digest, size } => {
                output.progress(format_args!(
                    "  uploading {} ({} KiB)",
                    digest.short(),
                    size.div_ceil(1024)
                ));
            }
            Event::Done {
                address, elapsed, ..
            } => {
                output.progress(format_args!(
                    "  {address}: done in {:.2} s",
                    elapsed.as_secs_f64()
                ));
            }
            Event::Retrying { address, reason } => {
                output.progress(format_args!("  {address}: again, since {reason}"));
            }
            Event::Failed {
                address, reason, ..
            } => {
                output.progress(format_args!("  {address}: failed: {reason}"));
            }
            // Told in a pipe as well: a person has to know.
            Event::Cancelling { in_hand } => {
                output.note(format_args!(
                    "stopping after the {in_hand} steps in hand; once more aborts them"
                ));
            }
            Event::LeaseAtRisk { reason } => {
                output.note(format_args!("the lease could not be renewed: {reason}"));
            }
            _ => {}
        }
    }
}
