//! The plans of messages that a component has as bytes: what recursive fields and
//! `Any` hold.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use prost_reflect::{DescriptorPool, MessageDescriptor};

use super::{Plan, ValuePlan};

/// A message that a component has as bytes.
pub(in super::super) struct Recursive {
    descriptor: MessageDescriptor,
    plan: OnceLock<Arc<Plan>>,
}

impl Recursive {
    pub(super) fn new(descriptor: &MessageDescriptor) -> Self {
        Recursive {
            descriptor: descriptor.clone(),
            plan: OnceLock::new(),
        }
    }

    pub(in super::super) fn plan(&self, embedded: &Embedded) -> &Plan {
        self.plan.get_or_init(|| embedded.plan(&self.descriptor))
    }
}

/// The plans of messages that a component has as bytes, each made when it is first
/// needed: few of those that an `Any` could hold ever come.
pub(in super::super) struct Embedded {
    pool: DescriptorPool,
    plans: RwLock<HashMap<String, Arc<Plan>>>,
}

impl Embedded {
    pub(in super::super) fn new(pool: &DescriptorPool) -> Self {
        Embedded {
            pool: pool.clone(),
            plans: RwLock::default(),
        }
    }

    /// The plan of the message of this name, if there is one.
    pub(in super::super) fn named(&self, full_name: &str) -> Option<Arc<Plan>> {
        let plans = self.plans.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(full_name) {
            return Some(Arc::clone(plan));
        }
        drop(plans);
        let descriptor = self.pool.get_message_by_name(full_name)?;
        Some(self.add(&descriptor))
    }

    fn plan(&self, descriptor: &MessageDescriptor) -> Arc<Plan> {
        self.named(descriptor.full_name())
            .unwrap_or_else(|| self.add(descriptor))
    }

    fn add(&self, descriptor: &MessageDescriptor) -> Arc<Plan> {
        let plan = Plan::whole(descriptor);
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        // What the message holds is in its tables, and need not be made again.
        for (index, held) in plan.messages.iter().enumerate() {
            plans.entry(held.full_name.clone()).or_insert_with(|| {
                Arc::new(Plan {
                    root: ValuePlan::Message(index),
                    messages: Arc::clone(&plan.messages),
                    enums: Arc::clone(&plan.enums),
                })
            });
        }
        let known = plans.entry(descriptor.full_name().to_owned());
        Arc::clone(known.or_insert_with(|| Arc::new(plan)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_made_once_for_all_that_a_message_holds() {
        let embedded = Embedded::new(vimana_proto::descriptor_pool());
        let outer = embedded.named("google.protobuf.FileDescriptorSet").unwrap();
        let inner = embedded.named("google.protobuf.FieldOptions").unwrap();
        assert!(Arc::ptr_eq(&outer.messages, &inner.messages));
        let ValuePlan::Message(index) = &inner.root else {
            panic!("no message");
        };
        assert_eq!(
            inner.message(*index).full_name,
            "google.protobuf.FieldOptions"
        );
        assert!(embedded.named("google.protobuf.Nothing").is_none());
    }
}
