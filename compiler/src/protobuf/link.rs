use std::collections::BTreeMap;
use std::sync::Arc;

use prost_reflect::DescriptorPool;

use super::base::{self, Comments, Named};
use super::implicit::OPTIONS;
use super::shared::{Parsed, Protos};
use super::{Linked, Places, ProtoFile, builtin, error, import_line, locate, together};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{implicit_options, import_cycle, import_twice, missing_import, too_many};
use crate::source::RepoPath;
use crate::texts::Texts;

/// The field `dependency` of `google.protobuf.FileDescriptorProto`.
const DEPENDENCY: i32 = 3;

/// Parses the files of one folder once each, and links them with what they import.
#[derive(Debug)]
pub(crate) struct Linker<'a> {
    protos: &'a Protos<'a>,
    /// The folder, which is also the second place that imports are looked for.
    folder: RepoPath,
    parsed: BTreeMap<RepoPath, Arc<Parsed>>,
    /// Whether the next link may be in a pool with other services.
    may_reuse: bool,
}

/// One link: the files of a pool, dependencies first.
struct Link<'l, 'a, 't> {
    linker: &'l mut Linker<'a>,
    texts: &'l mut Texts<'t>,
    /// The import names from the entry to the file at hand.
    stack: Vec<String>,
    files: BTreeMap<String, Arc<ProtoFile>>,
    names: BTreeMap<RepoPath, String>,
    order: Vec<String>,
    out: Vec<Diagnostic>,
}

impl<'a> Linker<'a> {
    pub(crate) const fn new(protos: &'a Protos<'a>, folder: RepoPath) -> Self {
        Self {
            protos,
            folder,
            parsed: BTreeMap::new(),
            may_reuse: false,
        }
    }

    /// The same for a service of which nothing is kept once the next one is linked
    /// in this thread.
    pub(crate) const fn passing(mut self) -> Self {
        self.may_reuse = true;
        self
    }

    /// The file at `path`, parsed at most once; its errors are reported to
    /// everyone who asks.
    pub(crate) fn parse(
        &mut self,
        texts: &mut Texts<'_>,
        path: &RepoPath,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Arc<ProtoFile>> {
        let is_shared = path.parent().as_ref() != Some(&self.folder);
        let protos = self.protos;
        let parsed = self.parsed.entry(path.clone()).or_insert_with(|| {
            if is_shared {
                let parsed = protos.parsed(path, texts);
                texts.note_all(&parsed.inputs);
                parsed
            } else {
                Arc::new(Parsed::read(texts, path))
            }
        });
        out.extend(parsed.found.iter().cloned());
        parsed.file.clone()
    }

    /// Links the file at `path`. None where anything is
    /// wrong with it or with what it imports.
    pub(crate) fn link(
        &mut self,
        texts: &mut Texts<'_>,
        path: &RepoPath,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Linked> {
        let name = path.as_str().to_owned();
        let entry = self.parse(texts, path, out)?;
        let mut link = Link {
            linker: self,
            texts,
            stack: Vec::new(),
            files: BTreeMap::new(),
            names: BTreeMap::new(),
            order: Vec::new(),
            out: Vec::new(),
        };
        let complete = link.add(&name, entry);
        let built = complete.then(|| link.build()).flatten();
        let Link {
            files, out: found, ..
        } = link;
        out.extend(found);
        let (pool, places) = built?;
        let linked = Linked {
            pool,
            places,
            name,
            files,
            folder: self.folder.clone(),
        };
        out.extend(together::faults(&linked));
        Some(linked)
    }
}

impl Link<'_, '_, '_> {
    /// Adds a file behind all that it imports. Whether all of them are there.
    fn add(&mut self, name: &str, file: Arc<ProtoFile>) -> bool {
        if let Some(path) = &file.path {
            self.names.insert(path.clone(), name.to_owned());
        }
        self.stack.push(name.to_owned());
        self.out.extend(import_line::repeated(&file));
        let mut complete = true;
        for (index, import) in (0..).zip(&file.descriptor.dependency) {
            complete &= self.import(&file, index, import);
        }
        if complete && file.implicit.is_some() && !self.sees_options(&file) {
            complete &= self.import_options(&file);
        }
        self.stack.pop();
        self.files.insert(name.to_owned(), file);
        self.order.push(name.to_owned());
        complete
    }

    fn import(&mut self, importer: &ProtoFile, index: i32, name: &str) -> bool {
        if self.files.contains_key(name) {
            return true;
        }
        let span = || {
            let path = importer.path.clone()?;
            let range = locate::range(&importer.descriptor, &importer.text, &[DEPENDENCY, index]);
            Some(Span::new(path, range))
        };
        if let Some(at) = self.stack.iter().position(|open| open == name) {
            let cycle = self.stack[at..].to_vec();
            self.out
                .extend(span().map(|span| import_cycle::diagnostic(span, &cycle)));
            return false;
        }
        if self.files.len() + self.stack.len() > self.linker.protos.options.max_imports {
            let limit = self.linker.protos.options.max_imports;
            // Once: the rest of the imports are too many as well.
            if self
                .out
                .iter()
                .all(|found| found.code != too_many::RULE.code)
            {
                self.out
                    .extend(span().map(|span| too_many::imports(span, limit)));
            }
            return false;
        }
        match self.find(name) {
            Found::File(file) => {
                if let Some(other) = file.path.as_ref().and_then(|path| self.names.get(path)) {
                    let other = other.clone();
                    let diagnostic = |span| {
                        let literal = import_line::literal(&span, &importer.text, name);
                        import_twice::diagnostic(span, literal, name, &other)
                    };
                    self.out.extend(span().map(diagnostic));
                    return false;
                }
                self.add(name, file)
            }
            // Why it cannot be used is reported already.
            Found::Unusable => false,
            Found::Nothing => {
                let folder = self.linker.folder.clone();
                self.out
                    .extend(span().map(|span| missing_import::diagnostic(span, name, &folder)));
                false
            }
        }
    }

    /// Makes the options of package `vimana` known to a file that uses them and
    /// does not import them.
    fn import_options(&mut self, file: &ProtoFile) -> bool {
        if let (Some(path), Some(used)) = (&file.path, &file.implicit) {
            let mut range = locate::range(&file.descriptor, &file.text, used);
            // The option's first line says it all, and options are long.
            let lines = file
                .text
                .get(range.clone())
                .and_then(|text| text.split_once('\n'));
            if let Some((line, _)) = lines {
                range.end = range.start + line.trim_end().len();
            }
            let span = Span::new(path.clone(), range);
            let (at, line) = import_line::insertion(&file.descriptor, &file.text, OPTIONS);
            let place = Span::new(path.clone(), at..at);
            self.out
                .push(implicit_options::diagnostic(span, place, line));
        }
        if self.files.contains_key(OPTIONS) {
            return true;
        }
        match self.find(OPTIONS) {
            Found::File(options) => self.add(OPTIONS, options),
            Found::Unusable | Found::Nothing => false,
        }
    }

    /// Whether a file imports the options of package `vimana` through another
    /// that imports them publicly. All its imports are in `files`.
    fn sees_options(&self, file: &ProtoFile) -> bool {
        let mut waiting: Vec<&str> = file
            .descriptor
            .dependency
            .iter()
            .map(String::as_str)
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(name) = waiting.pop() {
            if name == OPTIONS {
                return true;
            }
            if !seen.insert(name) {
                continue;
            }
            let Some(file) = self.files.get(name) else {
                continue;
            };
            for index in &file.descriptor.public_dependency {
                let index = usize::try_from(*index).unwrap_or(usize::MAX);
                waiting.extend(file.descriptor.dependency.get(index).map(String::as_str));
            }
        }
        false
    }

    fn find(&mut self, name: &str) -> Found {
        if name.starts_with(builtin::WELL_KNOWN)
            && let Some(file) = self.linker.protos.builtin(name)
        {
            return Found::File(file);
        }
        let in_repository = [RepoPath::new(name), self.linker.folder.join(name)];
        for path in in_repository.into_iter().flatten() {
            if self.texts.exists(&path) {
                let parsed = self.linker.parse(self.texts, &path, &mut self.out);
                return parsed.map_or(Found::Unusable, Found::File);
            }
        }
        self.linker
            .protos
            .builtin(name)
            .map_or(Found::Nothing, Found::File)
    }

    fn build(&mut self) -> Option<(DescriptorPool, Places)> {
        if let Some(pool) = self.build_on_base() {
            return Some((pool, Places::Kept));
        }
        // Something is wrong: what is said of it is that of the first file that
        // cannot be added.
        let mut pool = DescriptorPool::new();
        for name in &self.order {
            let file = &self.files[name];
            let named = (name.clone(), Arc::clone(file));
            if let Err(found) = base::add_whole(&mut pool, &named) {
                let path = file.path.clone();
                // The files that vimana brings along link, so the one to blame
                // is in the repository.
                let found = path.map(|path| error::link(&path, &file.text, found));
                let found = found.into_iter().flatten();
                self.out
                    .extend(found.map(|found| import_line::with_fix(found, file)));
                return None;
            }
        }
        Some((pool, Places::All))
    }

    /// The pool, made of one of the files that other services share. None where
    /// any file cannot be added.
    fn build_on_base(&mut self) -> Option<DescriptorPool> {
        let mut ranks: BTreeMap<&str, Rank> = BTreeMap::new();
        for name in &self.order {
            let file = &self.files[name];
            let imports = file.descriptor.dependency.iter().map(String::as_str);
            let rank = imports
                .chain(file.implicit.is_some().then_some(OPTIONS))
                .filter_map(|import| ranks.get(import))
                .fold(self.rank(file), |rank, import| rank.max(*import));
            ranks.insert(name, rank);
        }
        let of_rank = |rank: Rank| {
            let ranks = &ranks;
            let names = self
                .order
                .iter()
                .filter(move |name| ranks[name.as_str()] == rank);
            names.map(|name| (name.clone(), Arc::clone(&self.files[name])))
        };
        let mut shared: Vec<Named> = of_rank(Rank::Builtin).collect();
        let builtins = shared.len();
        shared.extend(of_rank(Rank::Shared));
        let own: Vec<Named> = of_rank(Rank::Own).collect();

        let protos = self.linker.protos;
        let link = |comments| {
            let mut pool = protos.bases.pool(&shared, builtins, comments).ok()?;
            for file in &own {
                base::add(&mut pool, file, comments).ok()?;
            }
            Some(pool)
        };
        let reused = std::mem::take(&mut self.linker.may_reuse)
            .then(|| protos.pools.pool(&protos.bases, &shared, builtins, &own));
        let pool = reused.flatten().or_else(|| link(Comments::Left))?;
        let mut repository = shared[builtins..].iter().chain(&own);
        let speaks_of_builtins = repository.any(|(name, _)| {
            let file = pool.get_file_by_name(name);
            file.is_some_and(|file| base::speaks_of_builtins(file.file_descriptor_proto()))
        });
        if speaks_of_builtins {
            return link(Comments::Kept);
        }
        Some(pool)
    }

    fn rank(&self, file: &ProtoFile) -> Rank {
        match &file.path {
            None => Rank::Builtin,
            Some(path) if path.parent().as_ref() == Some(&self.linker.folder) => Rank::Own,
            Some(_) => Rank::Shared,
        }
    }
}

/// How many links a file is part of: those of all services that import it. A file
/// is of no less than what it imports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Vimana brings it along.
    Builtin,
    /// It is in another folder than the service.
    Shared,
    Own,
}

enum Found {
    File(Arc<ProtoFile>),
    /// It is there, but cannot be read or parsed.
    Unusable,
    Nothing,
}
