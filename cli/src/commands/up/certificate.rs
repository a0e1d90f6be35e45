//! The certificate that `up --tls` makes for itself.

use std::path::Path;

use vimana_compiler::Graph;
use vimana_proto::Kind;
use vimana_runtime::{SelfSigned, SelfSignedError, TlsFiles};

use crate::command_error::{Code, CommandError};

/// A certificate for this machine and the domains of a repository.
pub(super) struct OwnCertificate(SelfSigned);

impl OwnCertificate {
    /// The one that is in a folder, or a new one.
    pub(super) fn open(folder: &Path) -> Result<Self, CommandError> {
        SelfSigned::open(folder)
            .map(Self)
            .map_err(|error| failed(&error))
    }

    pub(super) fn files(&self) -> TlsFiles {
        self.0.files()
    }

    /// Makes it one for the domains of a graph as well; the node takes it by itself.
    pub(super) fn cover(&mut self, graph: &Graph) -> Result<(), CommandError> {
        let domains = graph.nodes_of(Kind::Domain);
        let domains = domains.map(|node| node.address.name().to_owned());
        self.0
            .cover(domains)
            .map(|_| ())
            .map_err(|error| failed(&error))
    }

    /// What curl needs in order to trust it.
    pub(super) fn curl_option(&self) -> String {
        format!(" --cacert '{}'", self.files().certificate.display())
    }

    /// How to trust it, for people.
    pub(super) fn advice(&self) -> String {
        format!(
            "The certificate is for this machine, and no authority has signed it. To trust it:\n\n  curl --cacert '{0}' ...\n  NODE_EXTRA_CA_CERTS='{0}' node ...\n\n",
            self.files().certificate.display()
        )
    }
}

fn failed(error: &SelfSignedError) -> CommandError {
    CommandError::from_error(Code::Failed, error)
}
