//! Where elements are written: only the files that have something to tell are
//! read and parsed again.

use std::collections::BTreeMap;

use super::change::Spot;
use crate::diagnostic::{SourceFiles, Span};
use crate::protobuf::{self, OptionField, ProtoFile};
use crate::source::{MAX_FILE_BYTES, RepoPath, Source, read_text};

/// The fields `service` of a file and `options` of a service in a descriptor.
const SERVICE: i32 = 6;
const OPTIONS: i32 = 3;

/// Finds elements in the files of a source.
pub(super) struct Locator<'s> {
    source: &'s dyn Source,
    parsed: BTreeMap<RepoPath, Option<ProtoFile>>,
    files: SourceFiles,
}

impl<'s> Locator<'s> {
    pub(super) fn new(source: &'s dyn Source) -> Self {
        Self {
            source,
            parsed: BTreeMap::new(),
            files: SourceFiles::new(),
        }
    }

    /// The place of an element, or of what is around it, in a definition that
    /// lies in `folder`.
    pub(super) fn span(&mut self, folder: &RepoPath, spot: &Spot) -> Option<Span> {
        let path = self.path(folder, &spot.file)?;
        let file = self.parsed.get(&path)?.as_ref()?;
        let range = spot
            .option
            .and_then(|option| file.option_range(&spot.path, option))
            .unwrap_or_else(|| file.range(&spot.path));
        Some(Span::new(path, range))
    }

    /// The value of the field `name` of `(vimana.service)`, which the service
    /// `service` bears.
    pub(super) fn service_option(
        &mut self,
        path: &RepoPath,
        service: &str,
        name: &str,
    ) -> Option<Span> {
        let file = self.parse(path)?;
        let short = service.rsplit('.').next().unwrap_or(service);
        let index = (0..)
            .zip(&file.descriptor.service)
            .find(|(_, found)| found.name() == short)?
            .0;
        let option = file.option_range(&[SERVICE, index, OPTIONS], "vimana.service")?;
        let range = OptionField::range(&file.text, option, name);
        Some(Span::new(path.clone(), range))
    }

    /// `library/library.proto:14`.
    pub(super) fn line(&self, span: &Span) -> Option<String> {
        let place = self.files.line_column(span)?;
        Some(format!("{}:{}", span.file, place.line))
    }

    /// The texts that were read.
    pub(super) fn into_files(self) -> SourceFiles {
        self.files
    }

    /// The text of a file that is no `.proto`.
    pub(super) fn text(&mut self, path: &RepoPath) -> Option<String> {
        read_text(self.source, path, MAX_FILE_BYTES, &mut self.files).ok()
    }

    /// The file that the import `name` of a definition in `folder` means, parsed.
    fn path(&mut self, folder: &RepoPath, name: &str) -> Option<RepoPath> {
        let candidates = [RepoPath::new(name), folder.join(name)];
        candidates
            .into_iter()
            .flatten()
            .find(|path| self.parse(path).is_some())
    }

    fn parse(&mut self, path: &RepoPath) -> Option<&ProtoFile> {
        if !self.parsed.contains_key(path) {
            let text = self.text(path);
            let file = text.and_then(|text| protobuf::parse(path, &text.into(), &mut Vec::new()));
            self.parsed.insert(path.clone(), file);
        }
        self.parsed.get(path)?.as_ref()
    }
}
