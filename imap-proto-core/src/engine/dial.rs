//! How adapters make a TCP connection: settings, and the order of addresses. No socket is here.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

#[cfg(feature = "proxy")]
use crate::types::Secret;

/// How a TCP connection is made.
///
/// ```
/// use imap_proto_core::engine::{AddressOrder, Config, Dial};
///
/// let mut dial = Dial::default();
/// dial.local_address = Some([192, 0, 2, 7].into());
/// dial.address_order = AddressOrder::Ipv4Only;
/// let config = Config::tls("imap.example.org").dial(dial);
/// assert!(config.current_dial().keepalive.is_some());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Dial {
    /// The address to connect from; none: the system's choice. Only addresses of its family are
    /// tried.
    pub local_address: Option<IpAddr>,
    /// In which order the host's addresses are tried. As the resolver says, families in turn.
    pub address_order: AddressOrder,
    /// How long one attempt has before the next begins beside it (RFC 8305 §5). 250 ms.
    pub attempt_delay: Duration,
    /// After how long a silence the system asks whether the peer is still there; none: never.
    /// 60 s.
    pub keepalive: Option<Duration>,
    /// A proxy to connect through. It also looks the host's name up.
    #[cfg(feature = "proxy")]
    pub proxy: Option<Proxy>,
}

impl Default for Dial {
    fn default() -> Self {
        Self {
            local_address: None,
            address_order: AddressOrder::Interleaved,
            attempt_delay: Duration::from_millis(250),
            keepalive: Some(Duration::from_secs(60)),
            #[cfg(feature = "proxy")]
            proxy: None,
        }
    }
}

impl Dial {
    /// The addresses to try, in the order to try them.
    pub fn arrange(&self, addresses: impl IntoIterator<Item = SocketAddr>) -> Vec<SocketAddr> {
        let local = self.local_address;
        let fits = |to: &SocketAddr| local.is_none_or(|from| from.is_ipv4() == to.is_ipv4());
        let addresses = addresses.into_iter().filter(fits).collect();
        self.address_order.arrange(addresses)
    }
}

/// In which order the addresses of a host are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressOrder {
    /// The families in turn, beginning with that of the resolver's first address (RFC 8305 §4).
    #[default]
    Interleaved,
    /// As the resolver has them (RFC 6724).
    Resolver,
    /// IPv4 before IPv6.
    Ipv4First,
    /// IPv6 before IPv4.
    Ipv6First,
    /// IPv4 only.
    Ipv4Only,
    /// IPv6 only.
    Ipv6Only,
}

impl AddressOrder {
    fn arrange(self, addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
        let ipv6_first = addresses.first().is_some_and(SocketAddr::is_ipv6);
        let (ipv6, ipv4): (Vec<_>, Vec<_>) =
            addresses.iter().partition(|address| address.is_ipv6());
        match self {
            Self::Resolver => addresses,
            Self::Ipv4First => [ipv4, ipv6].concat(),
            Self::Ipv6First => [ipv6, ipv4].concat(),
            Self::Ipv4Only => ipv4,
            Self::Ipv6Only => ipv6,
            Self::Interleaved if ipv6_first => in_turn(ipv6, ipv4),
            Self::Interleaved => in_turn(ipv4, ipv6),
        }
    }
}

/// One of each, until both are used up.
fn in_turn(first: Vec<SocketAddr>, second: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut turns = Vec::with_capacity(first.len().saturating_add(second.len()));
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        let pair = [first.next(), second.next()];
        if pair == [None, None] {
            return turns;
        }
        turns.extend(pair.into_iter().flatten());
    }
}

/// A proxy that TCP connections are made through.
///
/// ```
/// use imap_proto_core::engine::{Dial, Proxy};
///
/// let mut dial = Dial::default();
/// dial.proxy = Some(Proxy::socks5("127.0.0.1", 9050));
/// let proxy = Proxy::http("proxy.example.org", 3128).credentials("user", "secret");
/// assert!(!format!("{proxy:?}").contains("secret"));
/// ```
#[cfg(feature = "proxy")]
#[derive(Clone, Debug)]
pub struct Proxy {
    kind: ProxyKind,
    host: String,
    port: u16,
    credentials: Option<(String, Secret)>,
}

/// What a proxy speaks.
#[cfg(feature = "proxy")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProxyKind {
    /// SOCKS version 5 (RFC 1928).
    Socks5,
    /// HTTP/1.1 with CONNECT (RFC 9110 §9.3.6).
    Http,
}

#[cfg(feature = "proxy")]
impl Proxy {
    /// A SOCKS5 proxy (RFC 1928).
    pub fn socks5(host: impl Into<String>, port: u16) -> Self {
        Self::new(ProxyKind::Socks5, host.into(), port)
    }

    /// An HTTP proxy that allows CONNECT (RFC 9110 §9.3.6). What is said to it is not encrypted.
    pub fn http(host: impl Into<String>, port: u16) -> Self {
        Self::new(ProxyKind::Http, host.into(), port)
    }

    fn new(kind: ProxyKind, host: String, port: u16) -> Self {
        Self {
            kind,
            host,
            port,
            credentials: None,
        }
    }

    /// What to log in to the proxy with (RFC 1929; RFC 7617). It goes in the clear.
    #[must_use]
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.credentials = Some((user.into(), password.into()));
        self
    }

    /// What it speaks.
    pub fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// Its host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// User name and password, if it wants any.
    pub fn login(&self) -> Option<(&str, &Secret)> {
        let (user, password) = self.credentials.as_ref()?;
        Some((user, password))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(dial: &Dial, addresses: &[&str]) -> Vec<String> {
        let addresses = addresses
            .iter()
            .map(|address| (address.parse::<IpAddr>().unwrap(), 993));
        let arranged = dial.arrange(addresses.map(SocketAddr::from));
        arranged
            .iter()
            .map(|address| address.ip().to_string())
            .collect()
    }

    /// RFC 8305 §4.
    #[test]
    fn families_take_turns_from_the_resolvers_first() {
        let dial = Dial::default();
        let found = arranged(&dial, &["::1", "::2", "::3", "10.0.0.1", "10.0.0.2"]);
        assert_eq!(found, ["::1", "10.0.0.1", "::2", "10.0.0.2", "::3"]);
        let found = arranged(&dial, &["10.0.0.1", "10.0.0.2", "::1"]);
        assert_eq!(found, ["10.0.0.1", "::1", "10.0.0.2"]);
    }

    #[test]
    fn an_order_is_kept_and_a_local_address_chooses_its_family() {
        let mut dial = Dial::default();
        let both = ["::1", "10.0.0.1", "::2"];
        for (order, expected) in [
            (AddressOrder::Resolver, &["::1", "10.0.0.1", "::2"][..]),
            (AddressOrder::Ipv4First, &["10.0.0.1", "::1", "::2"]),
            (AddressOrder::Ipv6First, &["::1", "::2", "10.0.0.1"]),
            (AddressOrder::Ipv4Only, &["10.0.0.1"]),
            (AddressOrder::Ipv6Only, &["::1", "::2"]),
        ] {
            dial.address_order = order;
            assert_eq!(arranged(&dial, &both), expected, "{order:?}");
        }
        dial.address_order = AddressOrder::Interleaved;
        dial.local_address = Some([10, 0, 0, 9].into());
        assert_eq!(arranged(&dial, &both), ["10.0.0.1"]);
    }
}
