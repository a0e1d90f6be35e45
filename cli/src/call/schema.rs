//! What can be called.

use prost_reflect::{DescriptorPool, MethodDescriptor, ServiceDescriptor};

use super::name::Name;
use crate::command_error::{Code, CommandError};
use crate::nearest::nearest;

/// The services of one place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    services: Vec<Offered>,
}

/// A service with the domain that it is known to have.
#[derive(Debug, Clone)]
pub(crate) struct Offered {
    pub(crate) domain: Option<String>,
    pub(crate) service: ServiceDescriptor,
}

/// A method to be called.
#[derive(Debug, Clone)]
pub(crate) struct Callable {
    pub(crate) domain: Option<String>,
    pub(crate) method: MethodDescriptor,
}

impl Schema {
    pub(crate) fn new(services: Vec<Offered>) -> Self {
        Self { services }
    }

    /// All services of a pool, of no known domain.
    pub(crate) fn of_pool(pool: &DescriptorPool, names: &[String]) -> Self {
        let services = names.iter().filter_map(|name| {
            Some(Offered {
                domain: None,
                service: pool.get_service_by_name(name)?,
            })
        });
        Self::new(services.collect())
    }

    /// Every service, by name.
    pub(crate) fn services(&self) -> impl Iterator<Item = &Offered> {
        self.services.iter()
    }

    /// The services of a name, the newest version first.
    fn named<'a>(&'a self, name: &'a Name, path: &'a str) -> impl Iterator<Item = &'a Offered> {
        self.services.iter().filter(move |offered| {
            let is_domain = match (&name.domain, &offered.domain) {
                (Some(wanted), Some(domain)) => wanted == domain,
                _ => true,
            };
            is_domain && offered.service.full_name() == path
        })
    }

    /// The service of a name.
    pub(crate) fn service<'a>(&'a self, name: &'a Name) -> Option<&'a Offered> {
        self.named(name, &name.path).next()
    }

    /// The method of a name; none where there is none.
    pub(crate) fn find(&self, name: &Name) -> Option<Callable> {
        let (service, method) = name.method()?;
        self.named(name, service).find_map(|offered| {
            let mut methods = offered.service.methods();
            Some(Callable {
                domain: offered.domain.clone(),
                method: methods.find(|found| found.name() == method)?,
            })
        })
    }

    /// Why there is no such service or method, and what there is.
    pub(crate) fn missing(&self, name: &Name, place: &str) -> CommandError {
        let services = || {
            self.services
                .iter()
                .map(|offered| offered.service.full_name())
        };
        let (service, method) = name.method().unwrap_or((&name.path, ""));
        if let Some(offered) = self.named(name, service).next() {
            let error = CommandError::new(
                Code::Invalid,
                format!("`{service}` has no method `{method}`"),
            );
            let methods: Vec<_> = offered.service.methods().collect();
            let names = || methods.iter().map(MethodDescriptor::name);
            return match nearest(method, names()) {
                Some(near) => error.with_help(format!("did you mean `{service}/{near}`?")),
                None => error.with_help(format!("it has {}", list(names()))),
            };
        }
        // A service without a method, as in `bar.FooService`, looks like a method.
        if let Some(offered) = self.service(name) {
            let methods: Vec<_> = offered.service.methods().collect();
            return CommandError::new(
                Code::Invalid,
                format!("`{}` is a service; expected one of its methods", name.path),
            )
            .with_help(format!(
                "it has {}",
                list(methods.iter().map(MethodDescriptor::name))
            ));
        }
        let error = CommandError::new(Code::Invalid, format!("{place} has no service `{service}`"));
        if let Some(near) = nearest(service, services()) {
            return error.with_help(format!("did you mean `{near}`?"));
        }
        if self.services.is_empty() {
            return error;
        }
        error.with_help(format!("it has {}", list(services())))
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.dedup();
    names.join(", ")
}
