use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Entry, Named, RepoPath, Source, SourceError};
use crate::compile::Options;

/// A source that gives out so many bytes, and no more: a repository may hold, or
/// link to, more than there is memory and time for.
pub(crate) struct Metered<'s> {
    source: &'s dyn Source,
    texts: Meter,
    components: Meter,
}

struct Meter {
    limit: u64,
    read: AtomicU64,
}

impl<'s> Metered<'s> {
    pub(crate) fn new(source: &'s dyn Source, texts: u64, components: u64) -> Self {
        let meter = |limit| Meter {
            limit,
            read: AtomicU64::new(0),
        };
        Self {
            source,
            texts: meter(texts),
            components: meter(components),
        }
    }

    /// The same with the limits of a compilation.
    pub(crate) fn within(source: &'s dyn Source, options: &Options) -> Self {
        Self::new(
            source,
            options.max_total_text_bytes,
            options.max_total_component_bytes,
        )
    }

    /// What was asked for beyond its limit, and the limit.
    pub(crate) fn exceeded(&self) -> Option<(&'static str, u64)> {
        let meters = [("texts", &self.texts), ("components", &self.components)];
        let mut exceeded = meters.into_iter().filter(|(_, meter)| meter.is_exceeded());
        exceeded.next().map(|(what, meter)| (what, meter.limit))
    }

    fn meter(&self, path: &RepoPath) -> &Meter {
        match path.extension() {
            Some("wasm") => &self.components,
            _ => &self.texts,
        }
    }
}

impl Meter {
    fn is_exceeded(&self) -> bool {
        self.read.load(Ordering::Relaxed) > self.limit
    }

    fn check(&self) -> Result<(), SourceError> {
        if self.is_exceeded() {
            return Err(SourceError::Exceeded { limit: self.limit });
        }
        Ok(())
    }

    fn count(&self, bytes: &[u8]) -> Result<(), SourceError> {
        self.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.check()
    }
}

impl Source for Metered<'_> {
    fn commit(&self) -> Option<&str> {
        self.source.commit()
    }

    fn entries(&self) -> Result<Vec<Entry>, SourceError> {
        self.source.entries()
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, SourceError> {
        let meter = self.meter(path);
        meter.check()?;
        let bytes = self.source.read(path)?;
        meter.count(&bytes)?;
        Ok(bytes)
    }

    fn read_named(&self, path: &RepoPath) -> Result<Named, SourceError> {
        let meter = self.meter(path);
        meter.check()?;
        let named = self.source.read_named(path)?;
        meter.count(&named.bytes)?;
        Ok(named)
    }

    fn is_absent(&self, path: &RepoPath) -> bool {
        self.source.is_absent(path)
    }

    fn may_hide(&self, path: &str) -> bool {
        self.source.may_hide(path)
    }

    fn is_modified(&self, path: &RepoPath) -> bool {
        self.source.is_modified(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[test]
    fn a_source_gives_out_no_more_than_its_limits() {
        let memory = Memory::from_files([
            ("a.proto", "12345"),
            ("b.proto", "67890"),
            ("c.wasm", "1234567890123"),
        ])
        .unwrap();
        let path = |text: &str| RepoPath::new(text).unwrap();
        let metered = Metered::new(&memory, 9, 13);
        assert!(metered.read(&path("a.proto")).is_ok());
        assert!(metered.read_named(&path("c.wasm")).is_ok());
        assert_eq!(metered.exceeded(), None);
        assert!(metered.read_named(&path("b.proto")).is_err());
        assert_eq!(metered.exceeded(), Some(("texts", 9)));
        assert!(matches!(
            metered.read(&path("a.proto")),
            Err(SourceError::Exceeded { limit: 9 })
        ));
    }
}
