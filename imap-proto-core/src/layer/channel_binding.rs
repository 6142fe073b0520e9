//! The channel binding `tls-exporter` (RFC 9266).
//!
//! rustls exports keys from its buffered connection only. The unbuffered one tells the exporter
//! secret to the key log, so a key log of ours takes it, computes the binding when the handshake
//! is done, and wipes it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::tls13::{HkdfExpander, OkmBlock};
use rustls::{ClientConfig, KeyLog, SupportedCipherSuite};

/// What the key log calls the secret that exporters are derived from.
const EXPORTER_SECRET: &str = "EXPORTER_SECRET";
/// RFC 9266 §4.
const LABEL: &[u8] = b"EXPORTER-Channel-Binding";

/// A key log that keeps one secret and passes everything on.
pub(super) struct ExporterSecret {
    next: Arc<dyn KeyLog>,
    secret: Mutex<Option<OkmBlock>>,
}

impl ExporterSecret {
    /// A configuration like `config` that tells its exporter secret to the second value. For one
    /// connection only. It shares everything else with the first, sessions to resume included.
    pub(super) fn capture(config: Arc<ClientConfig>) -> (Arc<ClientConfig>, Arc<Self>) {
        let mut config = Arc::unwrap_or_clone(config);
        let secret = Arc::new(Self {
            next: Arc::clone(&config.key_log),
            secret: Mutex::new(None),
        });
        config.key_log = Arc::<Self>::clone(&secret);
        (Arc::new(config), secret)
    }

    /// The binding: 32 bytes that both ends of this connection know and nobody else. None before
    /// TLS 1.3. The secret is wiped.
    pub(super) fn tls_exporter(&self, suite: SupportedCipherSuite) -> Option<[u8; 32]> {
        let secret = self
            .secret
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()?;
        let suite = suite.tls13()?;
        // RFC 8446 §7.5; the context of the binding is empty.
        let nothing = suite.common.hash_provider.hash(&[]);
        let expander = suite.hkdf_provider.expander_for_okm(&secret);
        let mut derived = [0; OkmBlock::MAX_LEN];
        let derived = derived.get_mut(..expander.hash_len())?;
        expand_label(expander.as_ref(), LABEL, nothing.as_ref(), derived)?;
        let expander = suite
            .hkdf_provider
            .expander_for_okm(&OkmBlock::new(derived));
        let mut binding = [0; 32];
        expand_label(
            expander.as_ref(),
            b"exporter",
            nothing.as_ref(),
            &mut binding,
        )?;
        Some(binding)
    }
}

impl KeyLog for ExporterSecret {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        if label == EXPORTER_SECRET && secret.len() <= OkmBlock::MAX_LEN {
            *self.secret.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(OkmBlock::new(secret));
        }
        if self.next.will_log(label) {
            self.next.log(label, client_random, secret);
        }
    }

    fn will_log(&self, label: &str) -> bool {
        label == EXPORTER_SECRET || self.next.will_log(label)
    }
}

impl fmt::Debug for ExporterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExporterSecret").finish_non_exhaustive()
    }
}

/// HKDF-Expand-Label (RFC 8446 §7.1).
fn expand_label(
    expander: &dyn HkdfExpander,
    label: &[u8],
    context: &[u8],
    output: &mut [u8],
) -> Option<()> {
    const PREFIX: &[u8] = b"tls13 ";
    let length = u16::try_from(output.len()).ok()?.to_be_bytes();
    let label_length = [u8::try_from(PREFIX.len().checked_add(label.len())?).ok()?];
    let context_length = [u8::try_from(context.len()).ok()?];
    let info = [
        &length[..],
        &label_length,
        PREFIX,
        label,
        &context_length,
        context,
    ];
    expander.expand_slice(&info, output).ok()
}
