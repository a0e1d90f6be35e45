use vimana_proto::state::v1::Resource;
use vimana_proto::{Generation, Kind};

/// What a workspace has on a node, read in one call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Live {
    /// The generation at which this was read.
    pub generation: Generation,
    /// The workspace's resources, in any order.
    pub resources: Vec<Resource>,
    /// The kinds of resources that the node can hold.
    pub supported_kinds: Vec<Kind>,
}
