use prost_reflect::{MethodDescriptor, ServiceDescriptor};
use prost_types::method_options::IdempotencyLevel;

use super::{Claim, Comparison};
use crate::breaking::element::service_spot;
use crate::rules::{
    idempotency_changed, method_removed, request_changed, response_changed, service_removed,
    service_renamed, streaming_changed,
};

impl Comparison<'_> {
    pub(super) fn services(&mut self, claims: &[Claim]) {
        for file in self.base.files() {
            for base in file.services() {
                let name = self.names.of(base.full_name());
                if let Some(head) = self.head.pool.get_service_by_name(&name) {
                    self.service(&base, &head, claims);
                } else {
                    let around = self.around(file.name(), None);
                    self.add(service_removed::change(&base, around));
                }
            }
        }
        for file in self.head.files() {
            for head in file.services() {
                let is_known = self.base.pool.services().any(|base| {
                    let name = self.names.of(base.full_name());
                    name == head.full_name()
                });
                if !is_known {
                    self.added(format!("service `{}`", head.full_name()));
                }
            }
        }
    }

    fn service(&mut self, base: &ServiceDescriptor, head: &ServiceDescriptor, claims: &[Claim]) {
        if base.full_name() != head.full_name() {
            self.add(service_renamed::change(base, head));
        }
        self.moved(
            "service",
            head.full_name(),
            service_spot(base),
            service_spot(head),
        );
        let find = |service: &ServiceDescriptor, name: &str| {
            service.methods().find(|method| method.name() == name)
        };
        for old in base.methods() {
            match find(head, old.name()) {
                Some(new) => self.method(&old, &new),
                None => self.add(method_removed::change(&old, head)),
            }
        }
        for new in head.methods() {
            if find(base, new.name()).is_none() {
                self.added(crate::breaking::element::method_title(&new));
            }
        }
        let is_own = head.full_name() == self.head.service;
        self.http(base, head, if is_own { claims } else { &[] });
    }

    fn method(&mut self, base: &MethodDescriptor, head: &MethodDescriptor) {
        if self.names.of(base.input().full_name()) != head.input().full_name() {
            self.add(request_changed::change(base, head));
        }
        if self.names.of(base.output().full_name()) != head.output().full_name() {
            self.add(response_changed::change(base, head));
        }
        let streaming = |method: &MethodDescriptor| {
            (method.is_client_streaming(), method.is_server_streaming())
        };
        if streaming(base) != streaming(head) {
            self.add(streaming_changed::change(base, head));
        }
        let (old, new) = (idempotency(base), idempotency(head));
        if promise(old) > promise(new) {
            let levels = [old.as_str_name(), new.as_str_name()];
            self.add(idempotency_changed::change(base, head, levels));
        }
    }
}

fn idempotency(method: &MethodDescriptor) -> IdempotencyLevel {
    let options = method.method_descriptor_proto().options.as_ref();
    options.map_or(IdempotencyLevel::IdempotencyUnknown, |options| {
        options.idempotency_level()
    })
}

/// How much a level promises; the numbers of the enum are in another order.
const fn promise(level: IdempotencyLevel) -> u8 {
    match level {
        IdempotencyLevel::IdempotencyUnknown => 0,
        IdempotencyLevel::Idempotent => 1,
        IdempotencyLevel::NoSideEffects => 2,
    }
}
