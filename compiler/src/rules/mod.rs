//! What can be wrong with a config repository: one rule a file, in the folder of
//! its group.
//!
//! The comment at the top of a rule's file is the page that `vimana explain`
//! prints, in this form, which a test demands:
//!
//! ```markdown
//! # Name of the rule
//!
//! What the rule finds; the first sentence is its summary.
//!
//! ## Why
//!
//! Why that is wrong.
//!
//! ## Wrong
//!
//! An example that it finds, between fences.
//!
//! ## Right
//!
//! The same without the mistake, between fences.
//! ```
//!
//! The file defines `RULE`, which is all there is to declare about it, and the
//! functions that make the rule's diagnostics out of `RULE.diagnostic(message)`:
//!
//! - `Declared::required("VM0123")`: an error that no setting changes, since the
//!   graph would not be valid with it;
//! - `Declared::error("VM0123")`, `Declared::warning("VM0123")`: what a repository
//!   may set to something else, or silence at a line.

mod registry;
pub mod render;
mod wording;

pub(crate) use registry::Declared;
pub use registry::{ALL, Rule};
pub(crate) use wording::{list, nearest, offering};

macro_rules! groups {
    ($($(#[doc = $about:literal])+ $group:ident $folder:ident { $($rule:ident,)+ })+) => {
        $(
            #[doc = concat!("Rules about ", $($about),+)]
            mod $folder {
                $(pub(crate) mod $rule;)+
            }
            pub(crate) use $folder::{$($rule),+};
        )+

        /// What a rule is about: the folder that it is in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Group {
            $($(#[doc = $about])+ $group,)+
        }

        impl Group {
            /// Every group, in the order in which they are listed.
            pub const ALL: &[Self] = &[$(Self::$group),+];

            /// The name, which is also that of the folder: `service_config`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$group => stringify!($folder),)+ }
            }

            /// What its rules are about, a line of Markdown.
            pub fn about(self) -> &'static str {
                match self { $(Self::$group => concat!($($about),+).trim(),)+ }
            }
        }

        /// Every rule, group by group.
        const DECLARED: &[Rule] = &[
            $($(Rule::new(
                &$folder::$rule::RULE,
                stringify!($rule),
                Group::$group,
                include_str!(concat!(stringify!($folder), "/", stringify!($rule), ".rs")),
            ),)+)+
        ];
    };
}

groups! {
    /// Files and folders, before anything in them is understood.
    Files files {
        file_too_large,
        invalid_utf8,
        escaping_symlink,
        unreadable_file,
        bad_file_name,
        unreadable_source,
        ignored_symlink,
        too_many,
    }
    /// The Protobuf text format of `service.txtpb`.
    TextFormat text_format {
        text_format_syntax,
        unknown_field,
        wrong_type,
        field_set_twice,
        unknown_enum_value,
        number_out_of_range,
        string_not_text,
        missing_field,
    }
    /// What `service.txtpb` says about a service: versions, limits, placement.
    ServiceConfig service_config {
        invalid_version,
        duplicate_version,
        invalid_limit,
        limit_out_of_bounds,
        invalid_selector,
        no_traffic,
        invalid_domain,
        no_domain,
        unknown_region,
        covered_selector,
        failover_to_nowhere,
        configuration_without_service,
        ineffective_setting,
        invalid_outbound_host,
        ungranted_http,
        local_outbound_host,
        covered_outbound_host,
        unused_outbound_hosts,
        invalid_sticky_key,
        needless_sticky,
        shadow_with_weight,
        insecure_jwks,
        invalid_jwks,
        unknown_allowed_method,
        contradicting_allow,
        invalid_origin,
        credentials_for_all,
        invalid_header_name,
        cors_without_origin,
    }
    /// `vimana.toml`, and keys and values wherever they stand.
    Settings settings {
        missing_settings,
        invalid_toml,
        unknown_key,
        invalid_value,
        missing_key,
        not_supported,
        invalid_variable,
        undeclared_variable,
        plain_endpoint,
        unused_domain,
    }
    /// `.proto` files, and the interfaces that they define.
    Proto proto {
        invalid_proto,
        unsupported_edition,
        missing_import,
        import_cycle,
        import_twice,
        implicit_options,
        invalid_interface,
        invalid_service_options,
        ignored_extension,
        map_without_zero,
    }
    /// Services, and how they stand to each other.
    Services services {
        several_services,
        duplicate_service,
        missing_interface,
        invalid_graph,
    }
    /// WebAssembly components.
    Components components {
        missing_component,
        ambiguous_component,
        invalid_component,
        component_mismatch,
        extra_export,
        linked_service,
    }
    /// HTTP rules.
    Http http {
        overlapping_rules,
        http_template_syntax,
        http_unknown_field,
        http_unbindable_field,
        http_variable_twice,
        http_body_not_allowed,
        http_body_in_path,
        http_nested_bindings,
        http_client_streaming,
        http_no_pattern,
        http_invalid_method,
        http_unusual_method,
        http_selector,
        http_two_options,
        http_repeated_binding,
        http_too_many,
        http_delete_body,
        described_path_taken,
    }
    /// What has changed since a base, and what that breaks.
    Breaking breaking {
        unversioned_change,
        insufficient_version,
        version_in_use,
        consumer_breaks,
        expired_allowance,
        invalid_allowance,
        unused_allowance,
        incomparable,
        endless_allowance,
        service_removed,
        service_renamed,
        service_id_changed,
        domain_changed,
        package_changed,
        element_moved,
        file_option_changed,
        syntax_changed,
        method_removed,
        request_changed,
        response_changed,
        streaming_changed,
        idempotency_changed,
        http_binding_removed,
        http_body_changed,
        http_response_body_changed,
        http_variable_changed,
        http_request_taken,
        message_removed,
        message_set_changed,
        oneof_removed,
        reserved_removed,
        extension_range_removed,
        field_removed,
        number_reused,
        field_renamed,
        field_number_changed,
        field_type_changed,
        cardinality_changed,
        presence_changed,
        required_changed,
        oneof_membership_changed,
        json_name_changed,
        default_changed,
        generator_option_changed,
        required_field_added,
        enum_removed,
        enum_value_removed,
        enum_value_renamed,
        enum_value_renumbered,
        enum_default_changed,
        enum_openness_changed,
        wit_name_changed,
        wit_signature_changed,
        vpod_removed,
        vpod_function_removed,
        vpod_parameters_changed,
        session_removed,
        vpod_network_changed,
    }
    /// Secrets in files that many can read.
    Secrets secrets {
        token_in_clear,
        probable_secret,
        exposed_variable,
        private_key,
    }
    /// Where what runs comes from.
    SupplyChain supply_chain {
        unpinned_component,
    }
    /// Sessions and virtual pods in `vpods.yml`.
    VPods vpods {
        invalid_yaml,
        duplicate_name,
        missing_program,
        unreachable_name,
        invalid_program,
        unknown_launcher,
        unknown_reachable,
        self_reach,
        undeclared_call,
        missing_function,
        invalid_url,
        wrong_launcher,
        unreachable_vpod,
        reachable_twice,
    }
    /// What a repository says about rules: their levels, and silencers.
    Policy policy {
        unused_silencer,
        bare_silencer,
        unknown_rule,
        fixed_rule,
    }
}
