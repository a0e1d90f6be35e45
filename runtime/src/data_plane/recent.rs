//! What was used last is kept. The rest is let go, and made again when it is needed.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

/// How much is kept. A value that is larger than all that may be is kept alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// How many values.
    pub(super) count: usize,
    /// Bytes that they have together.
    pub(super) bytes: usize,
}

/// Values that were used last.
#[derive(Debug)]
pub(super) struct Recent<T> {
    bounds: Bounds,
    values: Mutex<Values<T>>,
    /// Goes on with each value that comes. So the values that were used since then
    /// can be told from those that were not, and a use costs next to nothing.
    clock: AtomicU64,
    is_half_full: AtomicBool,
}

#[derive(Debug)]
struct Values<T> {
    all: Vec<Arc<Kept<T>>>,
    bytes: usize,
}

/// A value with what is known of its use.
#[derive(Debug)]
pub(super) struct Kept<T> {
    value: T,
    bytes: usize,
    used: AtomicU64,
    /// Whether it was let go, though somebody has it still.
    is_gone: AtomicBool,
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Where a value is found as long as anybody has it.
#[derive(Debug)]
pub(super) struct Place<T>(Mutex<Weak<Kept<T>>>);

impl<T> Default for Place<T> {
    fn default() -> Self {
        Self(Mutex::new(Weak::new()))
    }
}

impl<T> Place<T> {
    pub(super) fn get(&self) -> Option<Arc<Kept<T>>> {
        self.0.lock().upgrade()
    }

    pub(super) fn set(&self, value: &Arc<Kept<T>>) {
        *self.0.lock() = Arc::downgrade(value);
    }
}

impl<T> Recent<T> {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            values: Mutex::new(Values {
                all: Vec::new(),
                bytes: 0,
            }),
            clock: AtomicU64::new(0),
            is_half_full: AtomicBool::new(false),
        }
    }

    /// Whether there ever was half of what may be. Before that, nothing is let go: who
    /// asks first and then uses a value at once need not hold it.
    pub(super) fn is_half_full(&self) -> bool {
        self.is_half_full.load(Ordering::Relaxed)
    }

    /// Keeps a value of so many bytes.
    pub(super) fn keep(&self, value: T, bytes: usize) -> Arc<Kept<T>> {
        let value = Arc::new(Kept {
            value,
            bytes,
            used: AtomicU64::new(0),
            is_gone: AtomicBool::new(false),
        });
        self.insert(Arc::clone(&value));
        value
    }

    /// Notes that a value is being used.
    pub(super) fn touch(&self, value: &Arc<Kept<T>>) {
        let now = self.clock.load(Ordering::Relaxed);
        // A store would take the line from other processors each time.
        if value.used.load(Ordering::Relaxed) != now {
            value.used.store(now, Ordering::Relaxed);
        }
        if value.is_gone.load(Ordering::Relaxed) && value.is_gone.swap(false, Ordering::AcqRel) {
            self.insert(Arc::clone(value));
        }
    }

    /// Lets a value go.
    pub(super) fn forget(&self, value: &Arc<Kept<T>>) {
        let mut values = self.values.lock();
        let Some(at) = values.all.iter().position(|one| Arc::ptr_eq(one, value)) else {
            return;
        };
        let gone = values.remove(at);
        drop(values);
        drop(gone);
    }

    fn insert(&self, value: Arc<Kept<T>>) {
        let mut gone = Vec::new();
        // What is used from now on counts as later.
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        value.used.store(now, Ordering::Relaxed);
        let mut values = self.values.lock();
        values.bytes += value.bytes;
        values.all.push(value);
        let Bounds { count, bytes } = self.bounds;
        if values.all.len() > count / 2 || values.bytes > bytes / 2 {
            self.is_half_full.store(true, Ordering::Relaxed);
        }
        while values.all.len() > 1 && (values.all.len() > count || values.bytes > bytes) {
            let used = |value: &Arc<Kept<T>>| value.used.load(Ordering::Relaxed);
            let oldest = (0..values.all.len()).min_by_key(|at| used(&values.all[*at]));
            let Some(oldest) = oldest else { break };
            let oldest = values.remove(oldest);
            oldest.is_gone.store(true, Ordering::Release);
            gone.push(oldest);
        }
        // What goes may take a while to do so.
        drop(values);
        drop(gone);
    }
}

impl<T> Values<T> {
    fn remove(&mut self, at: usize) -> Arc<Kept<T>> {
        let value = self.all.swap_remove(at);
        self.bytes -= value.bytes;
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recent(count: usize, bytes: usize) -> Recent<&'static str> {
        Recent::new(Bounds { count, bytes })
    }

    #[test]
    fn what_was_used_last_is_kept() {
        let recent = recent(2, 100);
        let [first, second, third] = [(); 3].map(|()| Place::default());
        first.set(&recent.keep("first", 1));
        assert!(!recent.is_half_full());
        second.set(&recent.keep("second", 1));
        assert!(recent.is_half_full());
        recent.touch(&first.get().unwrap());
        third.set(&recent.keep("third", 1));
        assert!(second.get().is_none());
        assert_eq!(**first.get().unwrap(), "first");
        assert_eq!(**third.get().unwrap(), "third");
    }

    #[test]
    fn bytes_are_bounded_and_one_is_always_kept() {
        let recent = recent(9, 100);
        let [first, second] = [(); 2].map(|()| Place::default());
        first.set(&recent.keep("first", 60));
        second.set(&recent.keep("large", 1000));
        assert!(first.get().is_none());
        assert!(second.get().is_some());
        first.set(&recent.keep("first", 60));
        assert!(second.get().is_none());
        assert_eq!(recent.values.lock().bytes, 60);
    }

    #[test]
    fn who_has_a_value_finds_it_and_keeps_it_by_using_it() {
        let recent = recent(1, 100);
        let place = Place::default();
        let held = recent.keep("held", 1);
        place.set(&held);
        recent.keep("other", 1);
        let found = place.get().unwrap();
        recent.touch(&found);
        drop((held, found));
        assert!(place.get().is_some(), "it was used again");
    }

    #[test]
    fn what_is_forgotten_is_gone() {
        let recent = recent(9, 100);
        let place = Place::default();
        let value = recent.keep("value", 7);
        place.set(&value);
        recent.forget(&value);
        recent.forget(&value);
        drop(value);
        assert!(place.get().is_none());
        assert_eq!(recent.values.lock().bytes, 0);
    }
}
