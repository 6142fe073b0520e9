//! A10: bad certificates, on each path and by each adapter. All connect to a server that would let them in.

use std::sync::Arc;

use imap_tests::certs::{self, Authority, Kind};
use imap_tests::scripted::Server;
use imap_transport_std::tls_options;
use rustls::{CertificateError, ServerConfig};

use crate::kit::{
    ADAPTERS, Adapter, PATHS, Path, before_tls, certificate_error, config, connect, refusal, rest,
    serve,
};

/// A certificate that must be refused, and how it is seen whether it was for the right reason.
#[derive(Clone, Copy)]
struct Bad {
    kind: Kind,
    unknown_root: bool,
    is_the_reason: fn(&CertificateError) -> bool,
}

impl Bad {
    fn server_config(self) -> Arc<ServerConfig> {
        if self.unknown_root {
            Authority::new("nobody's authority").server_config(self.kind)
        } else {
            certs::shared().server_config(self.kind)
        }
    }
}

/// The certificate is refused, and nothing was said inside of TLS: not even a greeting was read.
fn refused(bad: Bad, adapter: Adapter, path: Path) {
    let offered = bad.server_config();
    let server = Server::serve(move |peer| {
        before_tls(peer, path)?;
        if peer.channel().start_tls(offered).is_ok() {
            return Err("the handshake came to its end".to_owned());
        }
        Ok(())
    });
    let server = server.unwrap();
    let mut config = config(path, server.port());
    if bad.kind == Kind::Revoked {
        let options = tls_options(certs::shared().roots());
        let lists = [certs::shared().revocation_list()];
        config = config.with_tls(options.revocation_lists(lists).build().unwrap());
    }
    let error = refusal(adapter, config);
    let reason = certificate_error(&error);
    assert!((bad.is_the_reason)(reason), "{reason:?}");
    server.finish();
}

/// The good certificate is accepted on each path, with and without revocation lists: the others
/// are refused for what is wrong with them.
#[test]
fn a10_a_good_certificate_is_accepted() {
    for adapter in ADAPTERS {
        for path in PATHS {
            for listed in [false, true] {
                let offered = certs::shared().server_config(Kind::Good);
                let server = Server::serve(move |peer| serve(peer, path, offered)).unwrap();
                let mut config = config(path, server.port());
                if listed {
                    let options = tls_options(certs::shared().roots());
                    let lists = [certs::shared().revocation_list()];
                    config = config.with_tls(options.revocation_lists(lists).build().unwrap());
                }
                let opened = connect(adapter, config).unwrap();
                assert!(opened.tls.is_some());
                server.finish();
            }
        }
    }
}

/// What is switched off is off by a name that says so, and then the same certificate is taken.
#[test]
fn a10_without_a_list_nothing_is_known_of_a_revocation() {
    let offered = certs::shared().server_config(Kind::Revoked);
    let server = Server::serve(move |peer| serve(peer, Path::Tls, offered)).unwrap();
    connect(Adapter::Std, config(Path::Tls, server.port())).unwrap();
    server.finish();
}

/// A list that speaks of another authority leaves the status unknown, which is not good enough.
#[test]
fn a10_a_list_of_another_authority_is_no_list() {
    for adapter in ADAPTERS {
        let offered = certs::shared().server_config(Kind::Good);
        let server = Server::serve(move |peer| {
            let refused = peer.channel().start_tls(offered).is_err();
            rest(peer);
            refused.then_some(()).ok_or_else(|| "accepted".to_owned())
        });
        let server = server.unwrap();
        let options = tls_options(certs::shared().roots());
        let lists = [Authority::new("another").revocation_list()];
        let tls = options.revocation_lists(lists).build().unwrap();
        let error = refusal(adapter, config(Path::Tls, server.port()).with_tls(tls));
        let expected = CertificateError::UnknownRevocationStatus;
        assert_eq!(certificate_error(&error), &expected);
        server.finish();
    }
}

const EXPIRED: Bad = Bad {
    kind: Kind::Expired,
    unknown_root: false,
    is_the_reason: |error| {
        matches!(
            error,
            CertificateError::Expired | CertificateError::ExpiredContext { .. }
        )
    },
};

#[test]
fn a10_expired_is_refused_by_std_over_tls() {
    refused(EXPIRED, Adapter::Std, Path::Tls);
}

#[test]
fn a10_expired_is_refused_by_std_over_starttls() {
    refused(EXPIRED, Adapter::Std, Path::StartTls);
}

#[test]
fn a10_expired_is_refused_by_tokio_over_tls() {
    refused(EXPIRED, Adapter::Tokio, Path::Tls);
}

#[test]
fn a10_expired_is_refused_by_tokio_over_starttls() {
    refused(EXPIRED, Adapter::Tokio, Path::StartTls);
}

const NOT_YET_VALID: Bad = Bad {
    kind: Kind::NotYetValid,
    unknown_root: false,
    is_the_reason: |error| {
        matches!(
            error,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }
        )
    },
};

#[test]
fn a10_not_yet_valid_is_refused_by_std_over_tls() {
    refused(NOT_YET_VALID, Adapter::Std, Path::Tls);
}

#[test]
fn a10_not_yet_valid_is_refused_by_std_over_starttls() {
    refused(NOT_YET_VALID, Adapter::Std, Path::StartTls);
}

#[test]
fn a10_not_yet_valid_is_refused_by_tokio_over_tls() {
    refused(NOT_YET_VALID, Adapter::Tokio, Path::Tls);
}

#[test]
fn a10_not_yet_valid_is_refused_by_tokio_over_starttls() {
    refused(NOT_YET_VALID, Adapter::Tokio, Path::StartTls);
}

const WRONG_HOST: Bad = Bad {
    kind: Kind::OtherName,
    unknown_root: false,
    is_the_reason: |error| {
        matches!(
            error,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        )
    },
};

#[test]
fn a10_wrong_host_is_refused_by_std_over_tls() {
    refused(WRONG_HOST, Adapter::Std, Path::Tls);
}

#[test]
fn a10_wrong_host_is_refused_by_std_over_starttls() {
    refused(WRONG_HOST, Adapter::Std, Path::StartTls);
}

#[test]
fn a10_wrong_host_is_refused_by_tokio_over_tls() {
    refused(WRONG_HOST, Adapter::Tokio, Path::Tls);
}

#[test]
fn a10_wrong_host_is_refused_by_tokio_over_starttls() {
    refused(WRONG_HOST, Adapter::Tokio, Path::StartTls);
}

const UNKNOWN_ROOT: Bad = Bad {
    kind: Kind::Good,
    unknown_root: true,
    is_the_reason: |error| matches!(error, CertificateError::UnknownIssuer),
};

#[test]
fn a10_unknown_root_is_refused_by_std_over_tls() {
    refused(UNKNOWN_ROOT, Adapter::Std, Path::Tls);
}

#[test]
fn a10_unknown_root_is_refused_by_std_over_starttls() {
    refused(UNKNOWN_ROOT, Adapter::Std, Path::StartTls);
}

#[test]
fn a10_unknown_root_is_refused_by_tokio_over_tls() {
    refused(UNKNOWN_ROOT, Adapter::Tokio, Path::Tls);
}

#[test]
fn a10_unknown_root_is_refused_by_tokio_over_starttls() {
    refused(UNKNOWN_ROOT, Adapter::Tokio, Path::StartTls);
}

const SELF_SIGNED: Bad = Bad {
    kind: Kind::SelfSigned,
    unknown_root: false,
    is_the_reason: |error| matches!(error, CertificateError::UnknownIssuer),
};

#[test]
fn a10_self_signed_is_refused_by_std_over_tls() {
    refused(SELF_SIGNED, Adapter::Std, Path::Tls);
}

#[test]
fn a10_self_signed_is_refused_by_std_over_starttls() {
    refused(SELF_SIGNED, Adapter::Std, Path::StartTls);
}

#[test]
fn a10_self_signed_is_refused_by_tokio_over_tls() {
    refused(SELF_SIGNED, Adapter::Tokio, Path::Tls);
}

#[test]
fn a10_self_signed_is_refused_by_tokio_over_starttls() {
    refused(SELF_SIGNED, Adapter::Tokio, Path::StartTls);
}

const WRONG_USAGE: Bad = Bad {
    kind: Kind::ForClients,
    unknown_root: false,
    is_the_reason: |error| {
        matches!(
            error,
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. }
        )
    },
};

#[test]
fn a10_wrong_usage_is_refused_by_std_over_tls() {
    refused(WRONG_USAGE, Adapter::Std, Path::Tls);
}

#[test]
fn a10_wrong_usage_is_refused_by_std_over_starttls() {
    refused(WRONG_USAGE, Adapter::Std, Path::StartTls);
}

#[test]
fn a10_wrong_usage_is_refused_by_tokio_over_tls() {
    refused(WRONG_USAGE, Adapter::Tokio, Path::Tls);
}

#[test]
fn a10_wrong_usage_is_refused_by_tokio_over_starttls() {
    refused(WRONG_USAGE, Adapter::Tokio, Path::StartTls);
}

const REVOKED: Bad = Bad {
    kind: Kind::Revoked,
    unknown_root: false,
    is_the_reason: |error| matches!(error, CertificateError::Revoked),
};

#[test]
fn a10_revoked_is_refused_by_std_over_tls() {
    refused(REVOKED, Adapter::Std, Path::Tls);
}

#[test]
fn a10_revoked_is_refused_by_std_over_starttls() {
    refused(REVOKED, Adapter::Std, Path::StartTls);
}

#[test]
fn a10_revoked_is_refused_by_tokio_over_tls() {
    refused(REVOKED, Adapter::Tokio, Path::Tls);
}

#[test]
fn a10_revoked_is_refused_by_tokio_over_starttls() {
    refused(REVOKED, Adapter::Tokio, Path::StartTls);
}

const SHA1_SIGNATURE: Bad = Bad {
    kind: Kind::Sha1Signature,
    unknown_root: false,
    is_the_reason: |error| {
        matches!(
            error,
            CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        )
    },
};

#[test]
fn a10_sha1_signature_is_refused_by_std_over_tls() {
    refused(SHA1_SIGNATURE, Adapter::Std, Path::Tls);
}

#[test]
fn a10_sha1_signature_is_refused_by_std_over_starttls() {
    refused(SHA1_SIGNATURE, Adapter::Std, Path::StartTls);
}

#[test]
fn a10_sha1_signature_is_refused_by_tokio_over_tls() {
    refused(SHA1_SIGNATURE, Adapter::Tokio, Path::Tls);
}

#[test]
fn a10_sha1_signature_is_refused_by_tokio_over_starttls() {
    refused(SHA1_SIGNATURE, Adapter::Tokio, Path::StartTls);
}
