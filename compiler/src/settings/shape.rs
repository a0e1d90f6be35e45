//! What `vimana.toml` may hold.

use serde_json::json;

use super::Cluster;
use crate::document::{Entry, Takes, Text, shape};
use crate::rules;

/// A name that can stand in addresses.
const NAME: Text = Text::Like("^[a-z0-9][a-z0-9-]*$", Some(63), None);

/// A region of a provider.
const REGION: Text = Text::Like("^[a-z0-9-]+/[a-z0-9-]+$", None, None);

/// A DNS name.
const DOMAIN: Text = Text::Like(
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$",
    Some(253),
    None,
);

shape! {
    /// The settings of a config repository: what holds for all of it.
    pub(crate) static ROOT {
        /// The workspace: the owner of all that is applied from this repository.
        workspace: Takes::Table(&WORKSPACE) => required();
        /// The places that services run in, by name. Without any there is one, `local`, a node
        /// on this machine.
        cluster: Takes::Tables(NAME, &CLUSTER);
        /// Values that the node resolves, by the name that `${NAME}` refers to.
        variable: Takes::Tables(Text::Like("^[A-Za-z_][A-Za-z0-9_]*$", None, None), &VARIABLE);
        /// What holds for all services of a domain, by its name.
        domain: Takes::Tables(DOMAIN, &DOMAIN_SETTINGS);
        /// How the repository is checked.
        check: Takes::Table(&CHECK);
    }
}

shape! {
    /// The workspace: the owner of all that is applied from this repository.
    pub(super) static WORKSPACE {
        /// The name. Two workspaces on one node keep apart.
        name: Takes::Text(NAME) => required();
        /// The canonical domain of services that name no other.
        domain: Takes::Text(DOMAIN);
        /// The cluster that commands mean unless told otherwise. May be left out where there is
        /// only one.
        default_cluster: Takes::Text(Text::Some);
    }
}

shape! {
    /// A place that services run in.
    pub(super) static CLUSTER {
        /// How the cluster is spoken to: `embedded` is a node that `vimana serve` or `vimana up`
        /// runs.
        engine: Takes::Text(Text::OneOf(&["embedded"])) => or(|| json!("embedded"));
        /// The URL of the control API.
        endpoint: Takes::Text(Text::Like(r"^http://[A-Za-z0-9.:\[\]-]+/*$", None, None))
            => or(|| json!(Cluster::LOCAL_ENDPOINT));
        /// Where the cluster is: `PROVIDER/REGION`.
        region: Takes::Text(REGION) => or(|| json!(Cluster::local().region.to_string()));
        /// Further regions that the cluster stands for, so that a laptop can run any
        /// configuration.
        also: Takes::List(&Takes::Text(REGION)) => or(|| json!([]));
        /// The running cost per hour, in any one currency.
        cost: Takes::Number => or(|| json!(0.0));
    }
}

shape! {
    /// A value that the node resolves. It is never read while compiling, and never part of a plan.
    pub(super) static VARIABLE one of ["env", "file"] {
        /// The environment variable of the node that holds the value.
        env: Takes::Text(Text::Some);
        /// The file of the node's machine that holds the value.
        file: Takes::Text(Text::Some);
        /// A file that is encrypted with age.
        age: Takes::Later;
        /// A secret of a vault.
        vault: Takes::Later;
        /// Whether the value must never be shown.
        secret: Takes::Bool => or(|| json!(false));
    }
}

shape! {
    /// What holds for all services of a domain.
    pub(super) static DOMAIN_SETTINGS {
        /// Whether the domain describes its services: OpenAPI 3.1 at
        /// `/.well-known/schema.json`, and a page for people at `/.well-known/docs`.
        openapi: Takes::Bool => or(|| json!(false));
    }
}

shape! {
    /// How the repository is checked.
    pub(super) static CHECK {
        /// What rules are set to, where it is not what they declare.
        rules: Takes::Listed(configurable, &Takes::Text(Text::OneOf(&["off", "warning", "error"])));
    }
}

/// The rules that a repository may set to something else.
fn configurable() -> Vec<Entry> {
    rules::ALL
        .iter()
        .filter(|rule| rule.configurable())
        .map(|rule| Entry {
            name: rule.code().to_owned(),
            about: format!("{}: {}", rule.title(), rule.summary()),
        })
        .collect()
}
