//! Values by path, in the order of the paths.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Values of files, for tens of thousands of them: it allocates for none alone, and
/// who asks in the order of the paths finds each one beside the last.
#[derive(Debug)]
pub(super) struct Sorted<T> {
    /// All paths, one behind the other.
    text: String,
    /// Where in it a path begins and ends, and its value.
    files: Vec<(u32, u32, T)>,
    /// Where something was found last.
    last: AtomicUsize,
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self {
            text: String::new(),
            files: Vec::new(),
            last: AtomicUsize::new(0),
        }
    }
}

impl<T: Clone> Clone for Sorted<T> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            files: self.files.clone(),
            last: AtomicUsize::new(0),
        }
    }
}

impl<T: PartialEq> PartialEq for Sorted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<T: Eq> Eq for Sorted<T> {}

impl<'p, T> FromIterator<(&'p str, T)> for Sorted<T> {
    fn from_iter<I: IntoIterator<Item = (&'p str, T)>>(files: I) -> Self {
        let mut this = Self::default();
        for (path, value) in files {
            this.push(path, value);
        }
        this.sort();
        this
    }
}

impl<T> Sorted<T> {
    /// Adds a file. Until [`Self::sort`], nothing may be asked for.
    pub(super) fn push(&mut self, path: &str, value: T) {
        let offset = |text: &str| {
            u32::try_from(text.len()).expect("half a million paths, each of 4 KiB, take less")
        };
        let start = offset(&self.text);
        self.text.push_str(path);
        self.files.push((start, offset(&self.text), value));
    }

    /// Puts the files in order. Of several of one path, the order stays.
    pub(super) fn sort(&mut self) {
        let Self { text, files, .. } = self;
        let path = |file: &(u32, u32, T)| &text[file.0 as usize..file.1 as usize];
        if !files.is_sorted_by(|a, b| path(a) <= path(b)) {
            files.sort_by(|a, b| path(a).cmp(path(b)));
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.files.len()
    }

    /// The value of a file.
    pub(super) fn get(&self, path: &str) -> Option<&T> {
        let index = self.first_from(path);
        (self.path(index)? == path).then(|| &self.files[index].2)
    }

    /// The first path that is `path` or comes behind it.
    pub(super) fn first_path_from(&self, path: &str) -> Option<&str> {
        self.path(self.first_from(path))
    }

    /// The files, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.files
            .iter()
            .map(|(start, end, value)| (&self.text[*start as usize..*end as usize], value))
    }

    fn path(&self, index: usize) -> Option<&str> {
        let (start, end, _) = self.files.get(index)?;
        Some(&self.text[*start as usize..*end as usize])
    }

    /// How many files come before `path`.
    fn first_from(&self, path: &str) -> usize {
        let is_before = |index: usize| self.path(index).is_some_and(|found| found < path);
        // A guess, so it does not matter which thread made it.
        let last = self.last.load(Ordering::Relaxed);
        for guess in last..last.saturating_add(3) {
            if !is_before(guess) {
                if guess == 0 || is_before(guess - 1) {
                    self.last.store(guess, Ordering::Relaxed);
                    return guess;
                }
                break;
            }
        }
        let found = self
            .files
            .partition_point(|(start, end, _)| &self.text[*start as usize..*end as usize] < path);
        self.last.store(found, Ordering::Relaxed);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_finds_what_a_search_from_the_start_finds(
            paths in prop::collection::vec("[a-c/]{0,4}", 0..20),
            asked in prop::collection::vec("[a-c/]{0,4}", 0..40),
        ) {
            let files = paths.iter().enumerate().map(|(index, path)| (path.as_str(), index));
            let sorted: Sorted<usize> = files.collect();
            prop_assert_eq!(sorted.len(), paths.len());
            for path in &asked {
                let first = paths.iter().position(|found| found == path);
                prop_assert_eq!(sorted.get(path).copied(), first);
                let next = paths.iter().filter(|found| *found >= path).min();
                prop_assert_eq!(sorted.first_path_from(path), next.map(String::as_str));
            }
        }
    }
}
