use crate::state::v1::{Resource, Spec, spec};
use crate::{Address, Digest, Kind};

impl Spec {
    /// The kind; `None` where a newer version of vimana wrote a kind that this
    /// one does not know.
    #[must_use]
    pub fn resource_kind(&self) -> Option<Kind> {
        Some(match self.kind.as_ref()? {
            spec::Kind::Domain(_) => Kind::Domain,
            spec::Kind::Variable(_) => Kind::Variable,
            spec::Kind::Interface(_) => Kind::Interface,
            spec::Kind::Service(_) => Kind::Service,
            spec::Kind::Version(_) => Kind::Version,
            spec::Kind::Route(_) => Kind::Route,
            spec::Kind::Session(_) => Kind::Session,
            spec::Kind::Vpod(_) => Kind::VPod,
            spec::Kind::Cluster(_) => Kind::Cluster,
        })
    }

    /// The address that follows from what the resource is; `None` as for
    /// [`Self::resource_kind`].
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        let kind = self.resource_kind()?;
        Some(match self.kind.as_ref()? {
            spec::Kind::Domain(domain) => Address::new(kind, &domain.name),
            spec::Kind::Variable(variable) => Address::new(kind, &variable.name),
            spec::Kind::Interface(interface) => Address::new(
                kind,
                format_args!("{}@{}", interface.service, interface.version),
            ),
            spec::Kind::Service(service) => Address::new(kind, &service.name),
            spec::Kind::Version(version) => Address::new(
                kind,
                format_args!("{}@{}", version.service, version.version),
            ),
            spec::Kind::Route(route) => Address::new(kind, &route.service),
            spec::Kind::Session(session) => Address::new(kind, &session.name),
            spec::Kind::Vpod(vpod) => {
                Address::new(kind, format_args!("{}/{}", vpod.session, vpod.name))
            }
            spec::Kind::Cluster(cluster) => Address::new(kind, &cluster.name),
        })
    }

    /// The SHA-256 of the deterministic encoding.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_message(self)
    }
}

impl Resource {
    /// Whether address and digest are those that follow from the spec.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        self.spec.as_ref().is_some_and(|spec| {
            spec.address()
                .is_some_and(|address| address.to_string() == self.address)
                && spec.digest().to_string() == self.digest
        })
    }
}

impl From<spec::Kind> for Spec {
    fn from(kind: spec::Kind) -> Self {
        Self { kind: Some(kind) }
    }
}
