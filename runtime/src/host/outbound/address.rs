//! Which addresses are the node's own machine and network, or nobody's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::sync::OnceLock;

/// The host's own services on Azure's virtual network: an address that looks
/// public, and answers with credentials.
const AZURE_HOST: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// Whether an address leads to no public host: to this machine, to a network that is
/// private or local to a link, to many at once, or nowhere (the special-purpose
/// registries of IANA). That covers the metadata services of clouds.
pub(super) fn is_reserved(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_reserved_v4(address),
        IpAddr::V6(address) => is_reserved_v6(address),
    }
}

fn is_reserved_v4(address: Ipv4Addr) -> bool {
    match address.octets() {
        // This network, private, loopback, link-local, multicast, reserved.
        [0 | 10 | 127 | 224.., ..] | [169, 254, ..] | [192, 168, ..] => true,
        [172, second, ..] => (16..32).contains(&second),
        // Shared with a carrier; some clouds have their metadata there.
        [100, second, ..] => (64..128).contains(&second),
        // Protocol assignments, documentation, 6to4 relays, benchmarks.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => true,
        [198, 51, 100, _] | [203, 0, 113, _] => true,
        _ => address == AZURE_HOST,
    }
}

fn is_reserved_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // NAT64: the address is that of the IPv4 host.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            is_reserved_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Protocol assignments with Teredo, documentation, 6to4: the last can hold
        // any IPv4 address.
        [0x2001, second, ..] => second < 0x200 || second == 0xdb8,
        [0x2002, ..] => true,
        [0x3fff, second, ..] => second < 0x1000,
        // All other public hosts are here.
        [first, ..] => first & 0xe000 != 0x2000,
    }
}

/// Whether an address is one of this machine, whatever it looks like: the system
/// lets a socket have it.
pub(super) fn is_own(address: IpAddr) -> bool {
    static ANY: OnceLock<bool> = OnceLock::new();
    let binds = |address: IpAddr| UdpSocket::bind((address, 0)).is_ok();
    // A system may be set up to let sockets have any address; then this says nothing.
    let binds_any = *ANY.get_or_init(|| binds(Ipv4Addr::new(192, 0, 2, 1).into()));
    !binds_any && binds(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nodes_own_networks_are_reserved_in_every_form() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2001:0:53aa:64c:0:fbff:80ff:fffe",
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(is_reserved(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn public_hosts_are_not() {
        for address in [
            "1.1.1.1",
            "100.63.255.255",
            "172.15.0.1",
            "172.32.0.1",
            "192.1.2.3",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2001:4860:4860::8888",
            "2606:4700::1111",
        ] {
            assert!(!is_reserved(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn this_machines_addresses_are_its_own() {
        assert!(is_own(Ipv4Addr::LOCALHOST.into()));
        assert!(!is_own("192.0.2.7".parse().unwrap()));
    }
}
