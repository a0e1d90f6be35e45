//! What `vpods.yml` may hold.

use crate::document::{Takes, Text, shape};
use crate::rules::unknown_launcher;

/// A name that can stand in a URL and in an address.
const NAME: &str = "^[A-Za-z0-9._-]+$";

shape! {
    /// Sessions of virtual pods: JavaScript that runs in a visitor's browser, and is called over
    /// HTTP.
    pub(crate) static ROOT {
        /// The sessions.
        sessions: Takes::List(&Takes::Table(&SESSION)) => required();
    }
}

shape! {
    /// A session: what a client connects to.
    pub(super) static SESSION {
        /// The name that a client connects to.
        name: Takes::Text(Text::Like(NAME, Some(63), None)) => required();
        /// How many connections the session takes; any number unless given.
        limitConnections: Takes::Count;
        /// The virtual pods that a client of the session runs.
        containers: Takes::List(&Takes::Table(&POD));
    }
}

shape! {
    /// A virtual pod.
    pub(super) static POD {
        /// The name, by which others reach it as `http://NAME/FUNCTION`. URLs have no capitals.
        name: Takes::Text(Text::Like(NAME, Some(63), Some("^[Mm][Aa][Ii][Nn]$"))) => required();
        /// The network that it is in.
        network: Takes::Text(Text::Any);
        /// The image that it runs in.
        image: Takes::Text(Text::Any);
        /// The program, a path from the folder of this file.
        source: Takes::Text(Text::Some) => required();
        /// What starts the program. `Javascript`: an ES module whose exported functions are the
        /// API. `JSModule`: a classic script that leaves them on the global `client`.
        launcher: Takes::Text(Text::Probably(&unknown_launcher::KNOWN)) => required();
        /// Variables and their values.
        environment: Takes::Scalars;
        /// The hosts that the pod may call. A name need not be that of a pod.
        reachableVPods: Takes::List(&Takes::Text(Text::Any));
        /// Where the pod's resources are.
        resourcesUrl: Takes::Text(Text::Any);
    }
}
