//! How connections are made: addresses, proxies, and how long it may take; both adapters.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use imap_tests::certs;
use imap_tests::demo::{Demo, Settings};
use imap_tests::scripted::Server;
use imap_tests::tunnel::{Kind, Tunnel};
use imap_transport_std::{AddressOrder, Config, Credentials, Dial, Error, Proxy, Security};

fn demo() -> Demo {
    Demo::start(Settings::default()).expect("a demo server")
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

/// What `connect` of each adapter gives: the security, or the error.
fn both(config: &Config) -> [Result<Security, Error>; 2] {
    let blocking = imap_transport_std::connect(config.clone()).and_then(|session| {
        session.noop().wait()?;
        Ok(session.security())
    });
    let asynchronous = run(async {
        let session = imap_transport_tokio::connect(config.clone()).await?;
        session.noop().await?;
        Ok(session.security())
    });
    [blocking, asynchronous]
}

fn through(proxy: Proxy) -> Dial {
    let mut dial = Dial::default();
    dial.proxy = Some(proxy);
    dial
}

fn soon(config: Config) -> Config {
    let mut timeouts = config.current_timeouts().clone();
    timeouts.connect = Duration::from_millis(300);
    timeouts.greeting = Duration::from_millis(300);
    config.timeouts(timeouts)
}

/// Every kind of proxy, with a name that only the proxy could know, in the clear and in TLS.
#[test]
fn proxies_lead_to_the_server_and_look_its_name_up() {
    let demo = demo();
    let kinds = [Kind::Socks, Kind::SocksLogin, Kind::Http, Kind::HttpLogin];
    for kind in kinds {
        for tls in [false, true] {
            let target = if tls { demo.tls_port() } else { demo.port() };
            let tunnel = Tunnel::start(kind, target);
            let proxy = match kind {
                Kind::Socks | Kind::SocksLogin => Proxy::socks5("127.0.0.1", tunnel.port()),
                _ => Proxy::http("localhost", tunnel.port()),
            };
            let config = if tls {
                Config::tls("mail.invalid")
                    .server_name("localhost")
                    .with_tls(certs::shared().client_config())
            } else {
                Config::unencrypted("mail.invalid").with_port(993)
            };
            let config = config
                .credentials(Credentials::password("alice", "secret-pass"))
                .dial(through(proxy.credentials("user", "secret")));
            for outcome in both(&config) {
                let security = outcome.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
                assert_eq!(security == Security::Tls, tls);
                assert_eq!(tunnel.asked(), "mail.invalid:993");
            }
        }
    }
}

#[test]
fn a_proxy_that_refuses_is_an_error_that_says_so() {
    let cases = [
        (
            Kind::SocksLogin,
            Proxy::socks5 as fn(&'static str, u16) -> Proxy,
            "auth",
        ),
        (Kind::SocksRefusing, Proxy::socks5, "refused"),
        (
            Kind::HttpLogin,
            Proxy::http,
            "the proxy refused: 407 Who are you",
        ),
    ];
    for (kind, proxy, reason) in cases {
        let tunnel = Tunnel::start(kind, 1);
        let proxy = proxy("127.0.0.1", tunnel.port()).credentials("user", "wrong");
        let config = Config::unencrypted("mail.invalid").dial(through(proxy));
        for outcome in both(&config) {
            let error = outcome.unwrap_err();
            assert!(matches!(error, Error::Io(..)), "{error:?}");
            assert!(error.to_string().contains(reason), "{kind:?}: {error}");
            assert!(!format!("{error} {error:?}").contains("wrong"));
        }
    }
}

/// `Timeouts::connect` bounds all of it: also a proxy that says nothing.
#[test]
fn a_silent_proxy_is_left_in_time() {
    for proxy in [Proxy::socks5 as fn(&'static str, u16) -> Proxy, Proxy::http] {
        let tunnel = Tunnel::start(Kind::Silent, 1);
        let proxy = proxy("127.0.0.1", tunnel.port());
        let config = soon(Config::unencrypted("mail.invalid").dial(through(proxy)));
        let began = Instant::now();
        for outcome in both(&config) {
            let error = std::io::Error::from(outcome.unwrap_err());
            assert_eq!(error.kind(), std::io::ErrorKind::TimedOut, "{error:?}");
        }
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn a_connection_comes_from_the_address_that_was_asked_for() {
    for adapter in 0..2 {
        let server = Server::run(|listener| {
            let (mut stream, peer) = listener.accept().map_err(|error| error.to_string())?;
            let greeting = format!("* PREAUTH [CAPABILITY IMAP4rev1] {}\r\n", peer.ip());
            std::io::Write::write_all(&mut stream, greeting.as_bytes())
                .map_err(|error| error.to_string())?;
            // Until the client leaves.
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
            Ok(())
        });
        let server = server.unwrap();
        let local: IpAddr = Ipv4Addr::new(127, 0, 0, 9).into();
        let mut dial = Dial::default();
        dial.local_address = Some(local);
        let config = Config::unencrypted("127.0.0.1")
            .with_port(server.port())
            .dial(dial);
        let greeting = if adapter == 0 {
            let session = imap_transport_std::connect(config).unwrap();
            session.abort_handle().abort();
            session.greeting()
        } else {
            run(async {
                let session = imap_transport_tokio::connect(config).await.unwrap();
                session.greeting()
            })
        };
        assert_eq!(greeting.unwrap().text, "127.0.0.9");
        server.finish();
    }
}

/// A name with an address of each family, of which one is not served.
#[test]
fn a_family_that_is_not_wanted_is_not_tried() {
    let demo = demo();
    let config = |order| {
        let mut dial = Dial::default();
        dial.address_order = order;
        Config::unencrypted("localhost")
            .with_port(demo.port())
            .dial(dial)
    };
    for order in [
        AddressOrder::Interleaved,
        AddressOrder::Ipv6First,
        AddressOrder::Ipv4Only,
    ] {
        for outcome in both(&config(order)) {
            outcome.unwrap();
        }
    }
    for outcome in both(&config(AddressOrder::Ipv6Only)) {
        // Nothing listens there, or the name has no such address at all.
        assert!(matches!(outcome.unwrap_err(), Error::Io(..)));
    }
}

#[test]
fn a_server_without_a_greeting_is_left_in_the_configured_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = soon(Config::unencrypted("127.0.0.1").with_port(port));
    let began = Instant::now();
    for outcome in both(&config) {
        let error = outcome.unwrap_err();
        assert!(error.to_string().contains("no greeting"), "{error}");
    }
    assert!(began.elapsed() < Duration::from_secs(20));
}
