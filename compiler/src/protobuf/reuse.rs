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
    shared: Vec<Named>,
    pool: DescriptorPool,
    links: usize,
}

impl Pools {
    /// A pool of the files that services share and those of a service, in which there
    /// may be those of others. None where it cannot be, for whatever reason. What the
    /// thread got last must be dropped by now, or all of it is copied.
    pub(super) fn pool(
        &self,
        bases: &Bases,
        shared: &[Named],
        builtins: usize,
        own: &[Named],
    ) -> Option<DescriptorPool> {
        // Who looks an extension up by its number sees those of all files.
        if own.iter().any(|(_, file)| extends(file)) {
            return None;
        }
        let thread = thread::current().id();
        let known = self.lock().remove(&thread);
        let (mut pool, links) = match known {
            Some(used) if used.links < MAX_LINKS && base::are_same(&used.shared, shared) => {
                (used.pool, used.links)
            }
            _ => (bases.pool(shared, builtins, Comments::Left).ok()?, 0),
        };
        for file in own {
            if pool.get_file_by_name(&file.0).is_some() {
                return None;
            }
            base::add(&mut pool, file, Comments::Left).ok()?;
        }
        let used = Used {
            shared: shared.to_vec(),
            pool: pool.clone(),
            links: links + 1,
        };
        self.lock().insert(thread, used);
        Some(pool)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ThreadId, Used>> {
        // A panic leaves a thread without its pool, and nothing else.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a file defines extensions.
fn extends(file: &Arc<ProtoFile>) -> bool {
    let mut waiting: Vec<&DescriptorProto> = file.descriptor.message_type.iter().collect();
    while let Some(message) = waiting.pop() {
        if !message.extension.is_empty() {
            return true;
        }
        waiting.extend(&message.nested_type);
    }
    !file.descriptor.extension.is_empty()
}
