//! What the arguments of `IMAP4_SSL` are for: roots, a check of the caller's with the host name, versions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use imap_proto_core::engine::{Config, Security};
use imap_proto_core::layer::{Presented, Refusal, TlsVersion};
use imap_proto_core::session::Error;
use imap_tests::certs::shared;
use imap_tests::interop::Client;
use imap_tests::script::{Action, Tags};
use imap_tests::scripted::Server;
use imap_transport_std::tls_options;

use crate::kit::both;

const ENCRYPTED: &str = "starttls
S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $z LOGOUT
S: * BYE see you
S: $z OK
";

/// What a check was shown: the host, and how long the certificate is.
type Seen = Arc<Mutex<Vec<(String, usize)>>>;

fn config(
    port: u16,
    check: impl Fn(&Presented<'_>) -> Result<(), Refusal> + Send + Sync + 'static,
) -> Config {
    let options = tls_options(shared().roots()).minimum_version(TlsVersion::Tls13);
    let tls = options.check_certificate(check).build().unwrap();
    Config::tls("localhost").with_port(port).with_tls(tls)
}

/// `cert_verify_cb`, `ca_certs`, `tls_level`: the certificate is checked first, against the host too; then the caller
/// is asked, with both.
#[test]
fn the_caller_is_asked_about_a_valid_certificate_and_its_host() {
    let seen = Seen::default();
    both!(ENCRYPTED, encrypted, |plain: Config| {
        let seen = Arc::clone(&seen);
        config(plain.port(), move |presented| {
            let shown = (presented.host().into_owned(), presented.end_entity().len());
            seen.lock().unwrap().push(shown);
            Ok(())
        })
    });
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2, "once a connection");
    assert!(
        seen.iter()
            .all(|(host, octets)| host == "localhost" && *octets > 0)
    );
}

async fn encrypted<L: Client>(client: L) {
    assert_eq!(client.session().security(), Security::Tls);
    let tls = client.session().tls().expect("it is on");
    assert_eq!(tls.version, TlsVersion::Tls13);
}

/// Serves handshakes that clients may break off.
fn shy(count: usize) -> Server {
    let program = move |listener: &std::net::TcpListener| {
        for _ in 0..count {
            let (stream, _) = listener.accept().map_err(|error| error.to_string())?;
            let channel = imap_tests::channel::Channel::tcp(stream);
            let channel = channel.map_err(|error| error.to_string())?;
            let mut peer = imap_tests::scripted::Peer::new(channel);
            let _ = peer.act(&Action::StartTls, &mut Tags::default());
        }
        Ok(())
    };
    Server::run(program).unwrap()
}

/// What the caller refuses is an error of TLS; what is not valid the caller never sees.
#[test]
fn a_refused_certificate_is_an_error_of_tls() {
    let server = shy(4);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    for host in ["localhost", "other.example.org"] {
        let config = || {
            let asked = Arc::clone(&asked);
            let refusing = config(server.port(), move |_| {
                asked.fetch_add(1, Ordering::Relaxed);
                Err("not this one".into())
            });
            refusing.server_name(host)
        };
        let by_threads = imap_transport_std::connect(config()).unwrap_err();
        let by_tasks = runtime.block_on(imap_transport_tokio::connect(config()));
        for error in [by_threads, by_tasks.unwrap_err()] {
            assert!(matches!(error, Error::Tls(..)), "{error:?}");
        }
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2, "only about the valid one");
    server.finish();
}
