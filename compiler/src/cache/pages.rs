use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::entry::content;
use super::units::Units;
use super::{Entry, Key};
use crate::discovery::Folder;
use crate::source::RepoPath;
use crate::texts::Seen;
use crate::unit::{Unit, facts};

/// How many folders one page is for, at most on average: few enough that the change
/// of one folder rewrites little, and so many that thousands are read in no time.
const FOLDERS: usize = 256;

/// The bytes of a key.
const KEY: usize = 32;

/// A page has one state, the last.
const VARIANT: [u8; 32] = [0; 32];

/// The facts of the folders of a repository, many of them in one entry of a cache.
///
/// Each stands beside the key of its unit, and begins with what was read for it, so
/// that a page may be older or newer than the repository: what of it is current
/// counts.
pub(crate) struct Pages<'p> {
    units: &'p Units<'p>,
    keys: Vec<Key>,
    loaded: Vec<Page>,
    /// The facts of each folder; none where they have to be made.
    places: Vec<Option<Place>>,
    /// What was made just now.
    made: Vec<Vec<u8>>,
}

#[derive(Default)]
struct Page {
    bytes: Vec<u8>,
    /// How many folders it has, whether they are there or not.
    has: usize,
    /// How many of those are there as they were.
    used: usize,
    /// Whether any of its folders has facts that it has not.
    lacks: bool,
}

/// The key of a folder, and its facts.
type Record<'a> = (&'a [u8], &'a [u8]);

/// Where facts are.
#[derive(Clone)]
enum Place {
    /// In the page of the folder: all of them, and what follows the inputs.
    Kept { all: Range<usize>, rest: usize },
    /// Among those that were made.
    Made {
        index: usize,
        rest: usize,
        /// Whether it is known what was read for them.
        is_kept: bool,
    },
}

impl<'p> Pages<'p> {
    /// What is kept of `folders`, and current.
    pub(crate) fn load(units: &'p Units<'p>, folders: &[(&RepoPath, &Folder)]) -> Self {
        let keys: Vec<_> = folders
            .iter()
            .map(|(path, folder)| units.key(path, folder))
            .collect();
        let count = folders.len().div_ceil(FOLDERS).next_power_of_two();
        let page_keys: Vec<_> = (0..count)
            .map(|page| units.key_of_page(page, count))
            .collect();
        let found = units.cache().load(&page_keys);
        let mut loaded: Vec<_> = page_keys
            .iter()
            .zip(found)
            .map(|(key, variants)| {
                let mut variants = variants.into_iter();
                Page {
                    bytes: variants
                        .find_map(|bytes| content(*key, &bytes).map(<[u8]>::to_vec))
                        .unwrap_or_default(),
                    ..Page::default()
                }
            })
            .collect();
        loaded.resize_with(count, Page::default);
        let mut this = Self {
            units,
            places: vec![None; keys.len()],
            keys,
            loaded,
            made: Vec::new(),
        };
        this.find();
        this
    }

    /// Finds the folders in the pages.
    fn find(&mut self) {
        let count = self.loaded.len();
        let mut of_pages: Vec<BTreeMap<&[u8], usize>> = vec![BTreeMap::new(); count];
        for (index, key) in self.keys.iter().enumerate() {
            of_pages[page_of(*key, count)].insert(key.as_bytes(), index);
        }
        for (page, folders) in self.loaded.iter_mut().zip(&of_pages) {
            let Some(records) = records(&page.bytes) else {
                continue;
            };
            page.has = records.len();
            for (key, all) in records {
                let Some(index) = folders.get(key) else {
                    continue;
                };
                let Some((inputs, rest)) = facts::inputs(&page.bytes[all.clone()]) else {
                    continue;
                };
                if !self.units.are_current(&inputs) {
                    continue;
                }
                page.used += 1;
                let rest = all.end - rest.len();
                self.places[*index] = Some(Place::Kept { all, rest });
            }
        }
    }

    /// The folders whose facts have to be made, by their indices.
    pub(crate) fn missing(&self) -> Vec<usize> {
        let places = self.places.iter().enumerate();
        places
            .filter(|(_, place)| place.is_none())
            .map(|(index, _)| index)
            .collect()
    }

    /// Takes the facts of the unit of the folder `index`.
    pub(crate) fn take(&mut self, index: usize, unit: &Unit) {
        let Some(bytes) = facts::encode(unit) else {
            return;
        };
        let Some((inputs, rest)) = facts::inputs(&bytes) else {
            return;
        };
        let is_kept = inputs.iter().all(|(_, seen)| *seen != Seen::Unknown);
        let count = self.loaded.len();
        self.loaded[page_of(self.keys[index], count)].lacks |= is_kept;
        self.places[index] = Some(Place::Made {
            index: self.made.len(),
            rest: bytes.len() - rest.len(),
            is_kept,
        });
        self.made.push(bytes);
    }

    /// The facts of every folder without their inputs, in the order of the folders;
    /// none of one that has none.
    pub(crate) fn facts(&self) -> impl Iterator<Item = Option<&[u8]>> {
        self.places.iter().zip(&self.keys).map(|(place, key)| {
            Some(match place.as_ref()? {
                Place::Kept { all, rest } => &self.page(*key).bytes[*rest..all.end],
                Place::Made { index, rest, .. } => &self.made[*index][*rest..],
            })
        })
    }

    fn page(&self, key: Key) -> &Page {
        &self.loaded[page_of(key, self.loaded.len())]
    }

    /// Keeps the pages that have changed.
    pub(crate) fn store(&self) {
        let count = self.loaded.len();
        let changed: BTreeSet<usize> = (0..count)
            .filter(|page| {
                self.loaded[*page].lacks || self.loaded[*page].has != self.loaded[*page].used
            })
            .collect();
        if changed.is_empty() {
            return;
        }
        let mut contents: BTreeMap<usize, Vec<Record<'_>>> = BTreeMap::new();
        for (key, place) in self.keys.iter().zip(&self.places) {
            let number = page_of(*key, count);
            if !changed.contains(&number) {
                continue;
            }
            let bytes = match place {
                Some(Place::Kept { all, .. }) => &self.loaded[number].bytes[all.clone()],
                Some(Place::Made {
                    index,
                    is_kept: true,
                    ..
                }) => &self.made[*index],
                _ => continue,
            };
            contents
                .entry(number)
                .or_default()
                .push((key.as_bytes(), bytes));
        }
        let entries = changed.iter().filter_map(|page| {
            let mut bytes = Vec::new();
            for (key, facts) in contents.remove(page).unwrap_or_default() {
                bytes.extend_from_slice(key);
                bytes.extend_from_slice(&u32::try_from(facts.len()).ok()?.to_le_bytes());
                bytes.extend_from_slice(facts);
            }
            let key = self.units.key_of_page(*page, count);
            Some(Entry::new(key, VARIANT, &bytes))
        });
        self.units.cache().store(entries.collect());
    }
}

/// Which of `count` pages has the folder of this key.
fn page_of(key: Key, count: usize) -> usize {
    let [a, b, ..] = *key.as_bytes();
    usize::from(u16::from_le_bytes([a, b])) % count
}

/// The folders in a page: the key of each, and where its facts are. None where it
/// is no page.
fn records(page: &[u8]) -> Option<Vec<(&[u8], Range<usize>)>> {
    let mut records = Vec::new();
    let mut at = 0;
    while at < page.len() {
        let (key, rest) = page[at..].split_at_checked(KEY)?;
        let length = u32::from_le_bytes(*rest.first_chunk()?);
        let start = at + KEY + size_of::<u32>();
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        if end > page.len() {
            return None;
        }
        records.push((key, start..end));
        at = end;
    }
    Some(records)
}
