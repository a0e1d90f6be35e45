//! The generated modules, in the tree of their packages, since the generated
//! code refers to other packages by relative paths.

/// `vimana`: the options that a service definition may bear.
pub mod vimana {
    #![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
    include!(concat!(env!("OUT_DIR"), "/vimana.rs"));

    /// What a person writes.
    pub mod config {
        /// `vimana.config.v1`.
        pub mod v1 {
            include!(concat!(env!("OUT_DIR"), "/vimana.config.v1.rs"));
        }
    }

    /// What a live runtime holds.
    pub mod state {
        /// `vimana.state.v1`.
        pub mod v1 {
            include!(concat!(env!("OUT_DIR"), "/vimana.state.v1.rs"));
        }
    }

    /// The control API.
    pub mod control {
        /// `vimana.control.v1`.
        pub mod v1 {
            include!(concat!(env!("OUT_DIR"), "/vimana.control.v1.rs"));
        }
    }
}

/// Google's packages.
pub mod google {
    #![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
    /// `google.api`: HTTP annotations.
    pub mod api {
        include!(concat!(env!("OUT_DIR"), "/google.api.rs"));
    }
}

/// gRPC's own packages.
pub mod grpc {
    #![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
    /// `grpc.health.v1`: the health checking protocol.
    pub mod health {
        include!(concat!(env!("OUT_DIR"), "/grpc.health.v1.rs"));
    }
}
