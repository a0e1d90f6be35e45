//! Interfaces as the data plane needs them: methods by name, HTTP rules in a
//! router, and codecs. One model serves every version that has the interface.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use prost_reflect::DescriptorPool;
use vimana_interface::codec::MethodCodec;
use vimana_interface::http::{self, Match, RouteError, Router, Rule, Transcoder};
use vimana_interface::{Arity, Interface, Method};
use vimana_proto::Digest;

use super::recent::{Bounds, Kept, Recent};
use crate::snapshot::InterfaceEntry;

/// How many bytes models take, roughly, for each byte of their descriptors; and all of
/// those that are kept.
const MODEL_FACTOR: usize = 20;
const MODEL_BYTES: usize = 192 << 20;

/// What the data plane knows of an interface.
pub(super) struct InterfaceModel {
    interface: Interface,
    methods: HashMap<String, Arc<MethodModel>>,
    router: Router<Arc<Binding>>,
    rules: Vec<Arc<Rule>>,
}

/// An HTTP rule and its method.
pub(super) struct Binding {
    pub(super) method: Arc<MethodModel>,
    rule: Arc<Rule>,
    transcoder: OnceLock<Option<Transcoder>>,
}

impl Binding {
    /// The path's template.
    pub(super) fn route(&self) -> String {
        self.rule.template.to_string()
    }

    /// How requests become messages, and messages responses; none where the rule
    /// does not suit the method, which is checked before.
    pub(super) fn transcoder(&self) -> Option<&Transcoder> {
        self.transcoder
            .get_or_init(|| Transcoder::new(&self.rule, self.method.codec()))
            .as_ref()
    }
}

/// A method with its codec.
pub(super) struct MethodModel {
    /// `bar.FooService/SayHello`, for callers and guests.
    pub(super) path: Arc<str>,
    interface: Interface,
    /// The place in [`Interface::methods`].
    pub(super) index: usize,
    codec: OnceLock<MethodCodec>,
}

impl MethodModel {
    /// The name, as in `SayHello`.
    pub(super) fn name(&self) -> &str {
        self.method().descriptor.name()
    }

    pub(super) fn method(&self) -> &Method {
        &self.interface.methods()[self.index]
    }

    pub(super) fn is_unary(&self) -> bool {
        self.method().arity == Arity::Unary
    }

    pub(super) fn codec(&self) -> &MethodCodec {
        self.codec
            .get_or_init(|| MethodCodec::new(&self.interface, self.method()))
    }
}

impl InterfaceModel {
    fn new(entry: &InterfaceEntry) -> Result<Self, String> {
        let pool = DescriptorPool::decode(entry.descriptors.encode())
            .map_err(|error| format!("the interface's descriptors do not decode: {error}"))?;
        let service = pool
            .get_service_by_name(&entry.protobuf_service)
            .ok_or_else(|| format!("the interface has no service `{}`", entry.protobuf_service))?;
        let interface = Interface::new(&service, &entry.name.version).map_err(|findings| {
            let kinds: Vec<_> = findings.iter().map(|finding| &finding.kind).collect();
            texts(&kinds)
        })?;
        let mut model = Self {
            interface: interface.clone(),
            methods: HashMap::new(),
            router: Router::new(),
            rules: Vec::new(),
        };
        for (index, method) in interface.methods().iter().enumerate() {
            let name = method.descriptor.name();
            let method_model = Arc::new(MethodModel {
                path: format!("{}/{name}", entry.protobuf_service).into(),
                interface: interface.clone(),
                index,
                codec: OnceLock::new(),
            });
            let rules = http::rules(&method.descriptor).map_err(|findings| texts(&findings))?;
            for rule in rules.into_iter().map(Arc::new) {
                let binding = Binding {
                    method: Arc::clone(&method_model),
                    rule: Arc::clone(&rule),
                    transcoder: OnceLock::new(),
                };
                model.router.insert(Arc::clone(&rule), Arc::new(binding));
                model.rules.push(rule);
            }
            model.methods.insert(name.to_owned(), method_model);
        }
        Ok(model)
    }

    /// The method of a name, as in `SayHello`.
    pub(super) fn method(&self, name: &str) -> Option<&Arc<MethodModel>> {
        self.methods.get(name)
    }

    /// All methods, in no order.
    pub(super) fn methods(&self) -> impl Iterator<Item = &Arc<MethodModel>> {
        self.methods.values()
    }

    /// The names of all methods, by [`MethodModel::index`].
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let methods = self.interface.methods().iter();
        methods.map(|method| method.descriptor.name())
    }

    /// The method that an HTTP rule binds a request to.
    pub(super) fn route(
        &self,
        verb: &str,
        path: &str,
    ) -> Result<Match<'_, Arc<Binding>>, RouteError> {
        self.router.route(verb, path)
    }

    /// The rules of all methods.
    pub(super) fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }
}

fn texts(findings: &[impl ToString]) -> String {
    let texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

/// A model that is there as long as anybody has it.
pub(super) type Model = Arc<Kept<InterfaceModel>>;

/// The models of interfaces, by their digests. One that is not used for long is let go:
/// descriptors and codecs take a hundred times the memory of what they are made of.
pub(super) struct Interfaces {
    models: Mutex<HashMap<Digest, Weak<Kept<InterfaceModel>>>>,
    recent: Recent<InterfaceModel>,
}

impl Interfaces {
    /// Models of which so many are kept.
    pub(super) fn new(count: usize) -> Self {
        Self {
            models: Mutex::default(),
            recent: Recent::new(Bounds {
                count,
                bytes: MODEL_BYTES,
            }),
        }
    }

    /// Whether a model may have to be made again.
    pub(super) fn may_sleep(&self) -> bool {
        self.recent.is_half_full()
    }

    /// Notes that a model is being used.
    pub(super) fn touch(&self, model: &Model) {
        self.recent.touch(model);
    }

    /// The model of an interface; made where there is none, which takes a millisecond.
    pub(super) fn model(&self, entry: &InterfaceEntry) -> Result<Model, String> {
        if let Some(model) = self
            .models
            .lock()
            .get(&entry.digest)
            .and_then(Weak::upgrade)
        {
            self.recent.touch(&model);
            return Ok(model);
        }
        // Not under the lock: two that are made at once are equal.
        let made = InterfaceModel::new(entry)?;
        let mut models = self.models.lock();
        if let Some(earlier) = models.get(&entry.digest).and_then(Weak::upgrade) {
            return Ok(earlier);
        }
        // Those that are gone are looked for as often as there are twice as many.
        if models.len() == models.capacity() {
            models.retain(|_, model| model.strong_count() > 0);
        }
        let bytes = entry.descriptors.bytes().saturating_mul(MODEL_FACTOR);
        let model = self.recent.keep(made, bytes);
        models.insert(entry.digest, Arc::downgrade(&model));
        Ok(model)
    }
}
