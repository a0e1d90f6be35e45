//! How many connections there is room for, and whose they are.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Connections that a listener has at most, where the system lets it have as many
/// files.
const MOST: u32 = 32_768;

/// Files that the rest of the node needs: the store, components, requests of guests.
const OTHER_FILES: u64 = 256;

/// The connections of one listener. A peer may have another one while it has fewer
/// than are free: one peer alone gets half of them, and leaves the rest to others.
#[derive(Debug, Clone)]
pub(super) struct Room(Arc<Mutex<Taken>>);

#[derive(Debug)]
struct Taken {
    free: u32,
    peers: HashMap<Peer, u32>,
}

/// Who connects: an IPv4 address, or a network of IPv6, which one customer has all
/// addresses of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Peer(IpAddr);

/// A place for one connection, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    room: Room,
    peer: Peer,
}

impl Room {
    /// As much room as the system gives.
    pub(super) fn of_system() -> Self {
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        // A listener is not alone: the control API has one as well.
        let most = files.saturating_sub(OTHER_FILES) * 3 / 4;
        Self::of(u32::try_from(most).unwrap_or(MOST).clamp(16, MOST))
    }

    fn of(total: u32) -> Self {
        Self(Arc::new(Mutex::new(Taken {
            free: total,
            peers: HashMap::new(),
        })))
    }

    /// A place for a connection of `peer`, where there is one for it.
    pub(super) fn place(&self, peer: IpAddr) -> Option<Place> {
        let peer = Peer::of(peer);
        let mut taken = self.0.lock();
        let own = taken.peers.get(&peer).copied().unwrap_or(0);
        if own >= taken.free {
            return None;
        }
        taken.free -= 1;
        taken.peers.insert(peer, own + 1);
        Some(Place {
            room: self.clone(),
            peer,
        })
    }
}

impl Peer {
    fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.room.0.lock();
        taken.free += 1;
        let own = taken.peers.get(&self.peer).copied().unwrap_or(0);
        if own > 1 {
            taken.peers.insert(self.peer, own - 1);
        } else {
            taken.peers.remove(&self.peer);
        }
    }
}

/// Lets the process have as many files as the system allows it: the limit that it
/// starts with is made for programs that wait by `select`.
pub(crate) fn raise_file_limit() {
    let files = getrlimit(Resource::Nofile);
    if files.current == files.maximum {
        return;
    }
    let raised = Rlimit {
        current: files.maximum,
        maximum: files.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the node keeps to the number of files that it started with");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(room: &Room, peer: &str, tries: usize) -> Vec<Place> {
        let peer = peer.parse().unwrap();
        (0..tries).filter_map(|_| room.place(peer)).collect()
    }

    #[test]
    fn one_peer_leaves_half_to_others() {
        let room = Room::of(100);
        let greedy = places(&room, "192.0.2.1", 200);
        assert_eq!(greedy.len(), 50);
        assert_eq!(places(&room, "192.0.2.2", 5).len(), 5);
        drop(greedy);
        assert_eq!(places(&room, "192.0.2.3", 200).len(), 50);
        assert!(room.0.lock().peers.is_empty(), "nobody is remembered");
    }

    #[test]
    fn addresses_of_one_network_are_one_peer() {
        let room = Room::of(4);
        let first = places(&room, "2001:db8:1:2::1", 1);
        let second = places(&room, "2001:db8:1:2:ffff::2", 1);
        assert!(room.place("2001:db8:1:2::3".parse().unwrap()).is_none());
        assert!(room.place("2001:db8:1:3::1".parse().unwrap()).is_some());
        let mapped = places(&room, "::ffff:192.0.2.1", 1);
        assert_eq!((first.len(), second.len(), mapped.len()), (1, 1, 1));
    }
}
