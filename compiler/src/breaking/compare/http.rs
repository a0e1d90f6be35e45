use prost_reflect::{MethodDescriptor, ServiceDescriptor};
use vimana_interface::http::{self, Body, Rule};

use super::{Claim, Comparison};
use crate::breaking::change::Spot;
use crate::breaking::element::method_spot;
use crate::rules::{
    http_binding_removed, http_body_changed, http_request_taken, http_response_body_changed,
    http_variable_changed,
};

/// The field `options` of `google.protobuf.MethodDescriptorProto`.
const OPTIONS: i32 = 4;

/// A rule and where it is written.
struct Bound {
    method: String,
    rule: Rule,
    spot: Spot,
}

impl Comparison<'_> {
    /// Compares the HTTP rules of a service. `claims` are the new ones in
    /// its domain.
    pub(super) fn http(
        &mut self,
        base: &ServiceDescriptor,
        head: &ServiceDescriptor,
        claims: &[Claim],
    ) {
        let (old, new) = (bound(base), bound(head));
        for was in &old {
            let name = self.names.of(base.full_name());
            let short = was.method.rsplit('.').next().unwrap_or_default();
            let method = format!("{name}.{short}");
            let Some(place) = head.methods().find(|method| method.name() == short) else {
                // That the method is gone says it all, unless another one answers.
                self.taken(was, &method, &old, &new, claims);
                continue;
            };
            let same = new
                .iter()
                .find(|is| is.method == method && matches_same(&is.rule, &was.rule));
            match same {
                Some(is) => self.binding(was, is),
                None if self.taken(was, &method, &old, &new, claims) => {}
                None => self.add(http_binding_removed::change(
                    &method,
                    &was.rule.to_string(),
                    was.spot.clone(),
                    http_spot(&place),
                )),
            }
        }
        for is in &new {
            let is_known = old.iter().any(|was| matches_same(&is.rule, &was.rule));
            if !is_known {
                self.added(format!("HTTP binding `{}` of `{}`", is.rule, is.method));
            }
        }
    }

    /// Compares two declarations of one binding.
    fn binding(&mut self, was: &Bound, is: &Bound) {
        let rule = is.rule.to_string();
        if !is
            .rule
            .template
            .variables()
            .iter()
            .eq(was.rule.template.variables())
        {
            self.add(http_variable_changed::change(
                &is.method,
                [&was.rule.to_string(), &rule],
                was.spot.clone(),
                is.spot.clone(),
            ));
        }
        let body = |body: &Body| match body {
            Body::None => "nothing".to_owned(),
            Body::Whole => "all".to_owned(),
            Body::Field(name) => format!("`{name}`"),
        };
        if was.rule.body != is.rule.body {
            self.add(http_body_changed::change(
                &is.method,
                &rule,
                [&body(&was.rule.body), &body(&is.rule.body)],
                was.spot.clone(),
                is.spot.clone(),
            ));
        }
        let response = |body: &Option<String>| match body {
            None => "all".to_owned(),
            Some(name) => format!("`{name}`"),
        };
        if was.rule.response_body != is.rule.response_body {
            self.add(http_response_body_changed::change(
                &is.method,
                &rule,
                [
                    &response(&was.rule.response_body),
                    &response(&is.rule.response_body),
                ],
                was.spot.clone(),
                is.spot.clone(),
            ));
        }
    }

    /// Reports a request of a rule that is gone where another method answers it
    /// now. Whether there is one.
    fn taken(
        &mut self,
        was: &Bound,
        method: &str,
        old: &[Bound],
        new: &[Bound],
        claims: &[Claim],
    ) -> bool {
        // What answered such a request before, it shared with this rule.
        let is_new = |rule: &Rule| !old.iter().any(|other| matches_same(&other.rule, rule));
        let taken = new
            .iter()
            .filter(|is| {
                is.method != method && (is_new(&is.rule) || matches_same(&is.rule, &was.rule))
            })
            .find_map(|is| {
                let example = http::overlap(&is.rule, &was.rule)?;
                Some((is.method.clone(), &is.rule, example, is.spot.clone()))
            });
        let elsewhere = || {
            let own = &self.head.service;
            let mut others = claims.iter().filter(|claim| claim.service != *own);
            others.find_map(|claim| {
                let example = http::overlap(&claim.rule, &was.rule)?;
                let spot = self.around(&was.spot.file, None);
                Some((claim.method.clone(), &claim.rule, example, spot))
            })
        };
        let Some((by, rule, example, spot)) = taken.or_else(elsewhere) else {
            return false;
        };
        let change = http_request_taken::change(
            [method, &by],
            [&was.rule.to_string(), &rule.to_string()],
            &example,
            was.spot.clone(),
            spot,
        );
        self.add(change);
        true
    }
}

/// Whether two rules match exactly the same requests.
fn matches_same(a: &Rule, b: &Rule) -> bool {
    a.verb == b.verb
        && a.template.segments() == b.template.segments()
        && a.template.verb() == b.template.verb()
}

/// The rules of a service. Those that cannot be read are errors of their own.
fn bound(service: &ServiceDescriptor) -> Vec<Bound> {
    service
        .methods()
        .flat_map(|method| {
            let spot = http_spot(&method);
            let name = method.full_name().to_owned();
            http::rules(&method)
                .unwrap_or_default()
                .into_iter()
                .map(move |rule| Bound {
                    method: name.clone(),
                    rule,
                    spot: spot.clone(),
                })
        })
        .collect()
}

/// The option that holds the rules of a method, however it is spelt.
fn http_spot(method: &MethodDescriptor) -> Spot {
    method_spot(method, &[OPTIONS]).option("http")
}
