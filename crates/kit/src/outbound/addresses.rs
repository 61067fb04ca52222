//! Which addresses are anybody's, and which lead into somebody's own network.
//! Source: the special-purpose registries of IANA (RFC 6890 and its updates).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is a public one: not private, loopback, link-local (cloud metadata among
/// them), shared, documentation, benchmark, multicast or reserved; nor an IPv6 form that carries
/// an IPv4 address inside.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = match (a, b, c) {
        // This network; private; loopback; multicast and everything reserved above it.
        (0 | 10 | 127 | 224..=255, ..)
        // Shared by carriers.
        | (100, 64..=127, _)
        // Link-local.
        | (169, 254, _)
        // Private.
        | (172, 16..=31, _)
        | (192, 168, _)
        // Protocol assignments, documentation, the old 6to4 relay.
        | (192, 0, 0 | 2)
        | (192, 88, 99)
        // Benchmarks.
        | (198, 18 | 19, _)
        // Documentation.
        | (198, 51, 100)
        | (203, 0, 113) => true,
        _ => false,
    };
    !is_special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Only global unicast is anybody's; it leaves out loopback, mapped IPv4, NAT64, unique local,
    // link-local and multicast.
    let is_global = a & 0xe000 == 0x2000;
    // Protocol assignments (Teredo among them), documentation, 6to4.
    let is_special =
        a == 0x2001 && (b < 0x0200 || b == 0x0db8) || a == 0x2002 || a == 0x3fff && b < 0x1000;
    is_global && !is_special
}
