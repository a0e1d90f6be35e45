//! The units of all folders.

use std::collections::BTreeSet;

use rayon::iter::{
    IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _,
};

use super::{Maker, Unit};
use crate::cache::Units;
use crate::compile::{Hooks, Progress};
use crate::discovery::Folder;
use crate::protobuf::Protos;
use crate::services::Offers;
use crate::source::RepoPath;
use crate::texts::Texts;

/// How many folders are compiled before they are kept in the cache and the next
/// ones are read from it.
const AT_ONCE: usize = 512;

/// What a thread may need for definitions that are nested as deeply as they may.
const STACK_BYTES: usize = 16 << 20;

type Folders<'a> = [(&'a RepoPath, &'a Folder)];

/// The units of `folders`, in their order: out of the cache, or made.
pub(crate) fn all(
    maker: &Maker<'_>,
    folders: &Folders<'_>,
    units: Option<&Units<'_>>,
    hooks: &Hooks<'_>,
) -> Vec<Unit> {
    in_threads(folders.len(), || {
        let mut all = Vec::with_capacity(folders.len());
        for chunk in folders.chunks(AT_ONCE) {
            all.extend(some(maker, chunk, units));
            hooks.tell(Progress {
                done: all.len(),
                total: folders.len(),
            });
        }
        resolve(maker, folders, &mut all);
        all
    })
}

/// Shows `take` the units of `folders`, in their order and not all at once. What
/// other services give is not known to them. These are the last of `total`.
pub(crate) fn each(
    maker: &Maker<'_>,
    folders: &Folders<'_>,
    units: &Units<'_>,
    hooks: &Hooks<'_>,
    total: usize,
    mut take: impl FnMut(&Unit) + Send,
) {
    if folders.is_empty() {
        return;
    }
    in_threads(folders.len(), || {
        let mut done = total - folders.len();
        for chunk in folders.chunks(AT_ONCE) {
            some(maker, chunk, Some(units)).iter().for_each(&mut take);
            done += chunk.len();
            hooks.tell(Progress { done, total });
        }
    });
}

/// Does `work` for so many folders, in threads with stacks that are large enough.
fn in_threads<T: Send>(folders: usize, work: impl FnOnce() -> T + Send) -> T {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        // With 0 it is as many as usual.
        .num_threads(if folders < most { folders } else { 0 })
        .stack_size(STACK_BYTES)
        .build();
    match pool {
        Ok(pool) => pool.install(work),
        // Without threads of its own it goes on in those that there are.
        Err(_) => work(),
    }
}

fn some(maker: &Maker<'_>, folders: &Folders<'_>, units: Option<&Units<'_>>) -> Vec<Unit> {
    let Some(units) = units else {
        return make(maker, folders);
    };
    let mut found = units.load(folders);
    let missing: Vec<_> = folders
        .iter()
        .zip(&found)
        .filter(|(_, unit)| unit.is_none())
        .map(|(folder, _)| *folder)
        .collect();
    let made = make(maker, &missing);
    units.store(missing.into_iter().zip(&made));
    let mut made = made.into_iter();
    for unit in &mut found {
        if unit.is_none() {
            *unit = made.next();
        }
    }
    found.into_iter().flatten().collect()
}

fn make(maker: &Maker<'_>, folders: &Folders<'_>) -> Vec<Unit> {
    folders
        .par_iter()
        .map(|(path, folder)| maker.make(path, folder, None))
        .collect()
}

/// Makes the units again that import other services, now that those are known.
fn resolve(maker: &Maker<'_>, folders: &Folders<'_>, units: &mut [Unit]) {
    let services = || units.iter().map(|unit| unit.service.as_ref());
    let wanted: BTreeSet<&str> = services()
        .flatten()
        .flat_map(|service| service.wanted.iter().map(String::as_str))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let gives = |packages: &[String]| packages.iter().any(|name| wanted.contains(name.as_str()));
    let protos = Protos::new(maker.options);
    let reader = Maker {
        protos: &protos,
        ..*maker
    };
    let givers: Vec<_> = folders
        .iter()
        .zip(services())
        .filter(|(_, service)| service.is_some_and(|service| gives(&service.packages)))
        .filter_map(|((path, folder), _)| {
            let mut texts = Texts::listing(maker.source, maker.options, maker.listed);
            // What is wrong with it is said where it is compiled.
            reader.read(path, folder, &mut texts, &mut Vec::new())
        })
        .collect();
    let packages = services()
        .flatten()
        .flat_map(|service| service.packages.iter().map(String::as_str));
    let offers = Offers::new(packages, &givers);
    let made: Vec<_> = folders
        .par_iter()
        .zip(services().collect::<Vec<_>>())
        .enumerate()
        .filter(|(_, (_, service))| service.is_some_and(|service| !service.wanted.is_empty()))
        .map(|(index, ((path, folder), _))| (index, maker.make(path, folder, Some(&offers))))
        .collect();
    drop(offers);
    for (index, unit) in made {
        units[index] = unit;
    }
}
