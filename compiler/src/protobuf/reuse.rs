//! Pools that one thread links several services in, one after the other.
//!
//! To copy a pool of what services share costs as much as to link a service. So a
//! thread adds to the pool that it linked the last service in. What is linked there
//! without an error is what would be linked alone: a name means something only to a
//! file that imports the file which defines it. An error may speak of other services,
//! and is not told; who links then does so again, alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use prost_reflect::DescriptorPool;
use prost_types::DescriptorProto;

use super::ProtoFile;
use super::base::{self, Bases, Comments, Named};

/// In how many links one pool is used, all of which stay in memory.
const MAX_LINKS: usize = 32;

/// The pools of all threads.
#[derive(Debug, Default)]
pub(super) struct Pools(Mutex<HashMap<ThreadId, Used>>);

/// The pool of one thread.
#[derive(Debug)]
struct Used {
    /// The files that it begins with.
    base: Vec<Named>,
    /// The shared files that were added since.
    shared: HashMap<String, Arc<ProtoFile>>,
    pool: DescriptorPool,
    links: usize,
}

impl Pools {
    /// A pool of the files that services share, the first of which are those that
    /// vimana brings along, and of a service's own, among which there may be those of
    /// others. None where it cannot be, for whatever reason. What the thread got last
    /// must be dropped by now, or all of it is copied.
    pub(super) fn pool(
        &self,
        bases: &Bases,
        shared: &[Named],
        builtins: usize,
        own: &[Named],
    ) -> Option<DescriptorPool> {
        // Who looks an extension up by its number sees those of all files.
        let extend = |files: &[Named]| files.iter().any(|(_, file)| extends(file));
        if extend(own) {
            return None;
        }
        let (base, shared) = if extend(&shared[builtins..]) {
            (shared, &[][..])
        } else {
            shared.split_at(builtins)
        };
        let thread = thread::current().id();
        let known = self.lock().remove(&thread);
        let mut used = match known {
            Some(used) if used.links < MAX_LINKS && base::are_same(&used.base, base) => used,
            _ => Used {
                base: base.to_vec(),
                shared: HashMap::new(),
                pool: bases.pool(base, builtins, Comments::Left).ok()?,
                links: 0,
            },
        };
        for named in shared {
            let (name, file) = named;
            match used.shared.get(name) {
                Some(known) if Arc::ptr_eq(known, file) => {}
                Some(_) => return None,
                None => {
                    used.add(named)?;
                    used.shared.insert(name.clone(), Arc::clone(file));
                }
            }
        }
        for named in own {
            used.add(named)?;
        }
        used.links += 1;
        let pool = used.pool.clone();
        self.lock().insert(thread, used);
        Some(pool)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ThreadId, Used>> {
        // A panic leaves a thread without its pool, and nothing else.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Used {
    /// Adds a file; none where it cannot be, or another has its name.
    fn add(&mut self, file: &Named) -> Option<()> {
        if self.pool.get_file_by_name(&file.0).is_some() {
            return None;
        }
        base::add(&mut self.pool, file, Comments::Left).ok()
    }
}

/// Whether a file defines extensions.
pub(super) fn extends(file: &ProtoFile) -> bool {
    let mut waiting: Vec<&DescriptorProto> = file.descriptor.message_type.iter().collect();
    while let Some(message) = waiting.pop() {
        if !message.extension.is_empty() {
            return true;
        }
        waiting.extend(&message.nested_type);
    }
    !file.descriptor.extension.is_empty()
}
