//! What a check needs of a unit, as bytes that are read where they are.
//!
//! Interfaces, descriptors and resources are no part of it, and are most of a unit.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::record::DiagnosticRecord;
use super::{ServiceUnit, Unit};
use crate::diagnostic::Diagnostic;
use crate::policy::{Silencer, Silencers};
use crate::services::Claim;
use crate::source::RepoPath;
use crate::texts::Seen;

/// What a folder says, as little as a check needs of it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Facts<'a> {
    found: Vec<DiagnosticRecord>,
    silencers: Vec<(RepoPath, Vec<Silencer>)>,
    #[serde(borrow)]
    pub(crate) service: Option<ServiceFacts<'a>>,
}

/// What a check needs of a service.
#[derive(Serialize, Deserialize)]
pub(crate) struct ServiceFacts<'a> {
    pub(crate) name: &'a str,
    pub(crate) domain: &'a str,
    pub(crate) id: &'a str,
    /// Whether its configuration says the domain.
    pub(crate) says_domain: bool,
    /// The addresses that its resources refer to beside themselves; none where
    /// only the graph of all services tells whether they fit together.
    #[serde(borrow)]
    pub(crate) outward: Option<Vec<&'a str>>,
    /// Tells its claims from others, wherever in their file they stand.
    pub(crate) claimed: [u8; 16],
    /// Its claims, which [`Self::claims`] decodes.
    #[serde(with = "serde_bytes")]
    claims: &'a [u8],
}

/// The facts of a unit as bytes; none where it has something that has no bytes.
pub(crate) fn encode(unit: &Unit) -> Option<Vec<u8>> {
    let inputs: InputsRecord<'_> = unit
        .inputs
        .iter()
        .map(|(path, seen)| (path.as_str(), *seen))
        .collect();
    let claims = unit.service.as_ref().map(|service| &service.claims);
    let claims = postcard::to_stdvec(&claims.into_iter().flatten().collect::<Vec<_>>()).ok()?;
    let name = unit
        .service
        .as_ref()
        .map(|service| service.name.to_string());
    let outward = unit.service.as_ref().and_then(outward);
    let service = unit.service.as_ref().zip(name.as_deref());
    let facts = Facts {
        found: unit.found.iter().map(DiagnosticRecord::of).collect(),
        silencers: unit
            .silencers
            .by_file()
            .map(|(path, silencers)| (path.clone(), silencers.to_vec()))
            .collect(),
        service: service.map(|(service, name)| ServiceFacts {
            name,
            domain: service.name.domain(),
            id: &service.id,
            says_domain: service.domain.is_some(),
            outward: outward
                .as_ref()
                .map(|outward| outward.iter().map(String::as_str).collect()),
            claimed: claimed(&service.claims),
            claims: &claims,
        }),
    };
    let mut bytes = postcard::to_stdvec(&inputs).ok()?;
    bytes.extend(postcard::to_stdvec(&facts).ok()?);
    Some(bytes)
}

/// What was read or looked for, in the order of the paths.
type InputsRecord<'a> = Vec<(&'a str, Seen)>;

/// What was read or looked for to make the facts that `bytes` are, and the rest of
/// them, which [`decode`] decodes.
pub(crate) fn inputs(bytes: &[u8]) -> Option<(InputsRecord<'_>, &[u8])> {
    postcard::take_from_bytes(bytes).ok()
}

/// The facts; none where they are not understood.
pub(crate) fn decode(bytes: &[u8]) -> Option<Facts<'_>> {
    postcard::from_bytes(bytes).ok()
}

fn outward(service: &ServiceUnit) -> Option<Vec<String>> {
    if !service.wanted.is_empty() || !service.calls.is_empty() {
        return None;
    }
    let outward = service.graph.outward(&service.name.to_string())?;
    Some(outward.into_iter().map(ToString::to_string).collect())
}

fn claimed(claims: &[Claim]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for claim in claims {
        for text in claim.compared() {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
    }
    let mut sum = [0; 16];
    sum.copy_from_slice(&hash.finalize()[..16]);
    sum
}

impl Facts<'_> {
    /// Hands over what is wrong, before silencers and levels, and what silences it;
    /// none where that is not understood.
    pub(crate) fn tell(
        &mut self,
        found: &mut Vec<Diagnostic>,
        silencers: &mut Silencers,
    ) -> Option<()> {
        for record in std::mem::take(&mut self.found) {
            found.push(record.into_diagnostic()?);
        }
        for (path, those) in std::mem::take(&mut self.silencers) {
            silencers.add(&path, those);
        }
        Some(())
    }
}

impl ServiceFacts<'_> {
    /// What it claims; none where that is not understood.
    pub(crate) fn claims(&self) -> Option<Vec<Claim>> {
        postcard::from_bytes(self.claims).ok()
    }
}
