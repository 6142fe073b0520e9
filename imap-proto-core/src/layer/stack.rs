//! The stack of layers of one connection.

use std::fmt;
use std::io::{Read, Write};
#[cfg(feature = "tls")]
use std::sync::Arc;

use bytes::Buf;

use super::buffer::Buffer;
use super::carrier::Carrier;
use super::deflate::Deflate;
use super::inflate::Inflate;
#[cfg(feature = "tls")]
use super::tls::{Tls, TlsInfo, TlsVersion};
use super::{LayerError, Received, Sink};

/// Nothing, TLS, DEFLATE, or DEFLATE within TLS: whatever stands between the engine and the
/// transport of one connection.
///
/// The same transport must be lent to every call. A turn of whoever drives it: [`Self::write`]
/// while it accepts, [`Self::flush`], then [`Self::read`], parse, and again until
/// [`Received::Blocked`]. When nothing moves and no data waits, the stack holds no buffers behind
/// [`Self::release`]: with TLS the keys and the peer's certificates, with compression the 32 KiB
/// window of the inflater.
///
/// After an error the connection can not go on. Only [`Self::flush`] is of use then: it may still
/// deliver what was accepted before.
#[derive(Default)]
pub struct Stack {
    carrier: Carrier,
    inflate: Option<Box<Inflate>>,
    deflate: Option<Box<Deflate>>,
    /// The end of our compressed stream, to be sent before any plain byte.
    last_compressed: Buffer,
    /// What came behind the end of the peer's compressed stream.
    first_plain: Buffer,
}

impl Stack {
    /// A stack of no layer: bytes pass as they are.
    pub fn plain() -> Self {
        Self::default()
    }

    /// Puts TLS over the transport and starts the handshake: the first message waits to be
    /// flushed. From now on every byte that the transport gives belongs to TLS, so the engine's
    /// buffer must be empty: a byte behind the OK of STARTTLS was injected by somebody.
    ///
    /// `name` is what the certificate is checked for; see [`server_name`](super::server_name).
    ///
    /// # Errors
    ///
    /// [`LayerError::AlreadyActive`] if TLS or compression is active, [`LayerError::Tls`] if the
    /// configuration can not be used.
    #[cfg(feature = "tls")]
    pub fn start_tls(
        &mut self,
        config: Arc<rustls::ClientConfig>,
        name: rustls::pki_types::ServerName<'static>,
    ) -> Result<(), LayerError> {
        if self.carrier.tls.is_some() || self.inflate.is_some() || self.deflate.is_some() {
            return Err(LayerError::AlreadyActive);
        }
        self.carrier.tls = Some(Box::new(Tls::new(config, name)?));
        Ok(())
    }

    /// Compresses from here on, in both directions (RFC 4978 §3). To be called when the tagged OK
    /// of COMPRESS was parsed and everything before it was written.
    ///
    /// `leftover` is what the engine's buffer holds behind that OK: it is compressed data, is
    /// inflated before anything that the transport has, and must be taken out of that buffer.
    ///
    /// # Errors
    ///
    /// [`LayerError::AlreadyActive`] if compression is active.
    #[cfg(feature = "deflate")]
    pub fn start_compression(&mut self, leftover: &[u8]) -> Result<(), LayerError> {
        if self.inflate.is_some() || self.deflate.is_some() {
            return Err(LayerError::AlreadyActive);
        }
        self.inflate = Some(Box::new(Inflate::new(leftover)));
        self.deflate = Some(Box::default());
        Ok(())
    }

    /// Ends our half of the compression: to be called when the last byte of UNAUTHENTICATE was
    /// accepted by [`Self::write`] (RFC 8437 §4.1). What is written later is plain.
    ///
    /// From now until the peer's half ended, at most what precedes the peer's next flush is
    /// inflated in one read, so that nothing behind its OK is: take events after each read. No
    /// compression: nothing happens.
    pub fn end_sent_compression(&mut self) -> Result<(), LayerError> {
        if let Some(deflate) = self.deflate.take() {
            self.last_compressed = deflate.finish()?;
        }
        if let Some(inflate) = &mut self.inflate {
            inflate.expect_end();
        }
        Ok(())
    }

    /// Ends the peer's half of the compression: to be called when the tagged OK of
    /// UNAUTHENTICATE was parsed. No compression: nothing happens.
    pub fn end_received_compression(&mut self) {
        if let Some(inflate) = &mut self.inflate {
            inflate.end();
        }
        self.drop_inflater();
    }

    /// Reads once or a few times, decodes, and appends to `sink`. Replies of the layers
    /// themselves are written if the transport takes them at once, else by [`Self::flush`].
    ///
    /// # Errors
    ///
    /// When TLS refuses what came, the alert was written, if the transport took it. Everything
    /// that was decoded before the fault is delivered first; then each read fails alike.
    pub fn read<T: Read + Write>(
        &mut self,
        io: &mut T,
        sink: &mut impl Sink,
    ) -> Result<Received, LayerError> {
        if sink.is_full() {
            return Ok(Received::Full);
        }
        self.drop_inflater();
        if !self.first_plain.is_empty() {
            return Ok(self.first_plain.deliver(sink));
        }
        match &mut self.inflate {
            Some(inflate) => inflate.read(&mut self.carrier, io, sink),
            None => self.carrier.read(io, sink),
        }
    }

    /// Takes bytes from the front of `data`, writes them as far as the transport takes them, and
    /// returns how many it took. None are taken while earlier ones wait in a layer, in a
    /// handshake, or when the transport takes nothing. With TLS a record (16 KiB) at most, with
    /// compression 64 KiB at most: call again while it takes some.
    ///
    /// Under compression, what was taken is readable for the peer as soon as `data` is empty, or
    /// after [`Self::flush`]. A few bytes go out as they are, in a stored block.
    pub fn write(&mut self, io: &mut impl Write, data: &mut impl Buf) -> Result<usize, LayerError> {
        if let Some(deflate) = &mut self.deflate {
            return deflate.write(&mut self.carrier, io, data);
        }
        if !self.carrier.drain(io, &mut self.last_compressed)? {
            return Ok(0);
        }
        self.carrier.write(io, data)
    }

    /// Writes everything that the layers hold: handshake messages, records, alerts, compressed
    /// data; then flushes the transport. True: nothing is left. False: the transport takes no more
    /// now.
    pub fn flush(&mut self, io: &mut impl Write) -> Result<bool, LayerError> {
        if let Some(deflate) = &mut self.deflate
            && !deflate.flush(&mut self.carrier, io)?
        {
            return Ok(false);
        }
        if !self.carrier.drain(io, &mut self.last_compressed)? {
            return Ok(false);
        }
        self.carrier.flush(io)
    }

    /// Says to the peer that we send nothing more: a `close_notify` (RFC 8446 §6.1), behind
    /// everything that was accepted, to be flushed. Without TLS there is nothing to say. Later
    /// writes fail.
    pub fn close_notify(&mut self) -> Result<(), LayerError> {
        match &mut self.carrier.tls {
            Some(tls) => tls.close_notify(),
            None => Ok(()),
        }
    }

    /// Whether TLS was started and is not yet established.
    pub fn is_handshaking(&self) -> bool {
        self.carrier
            .tls
            .as_ref()
            .is_some_and(|tls| tls.is_handshaking())
    }

    /// Whether TLS was started.
    pub fn is_tls(&self) -> bool {
        self.carrier.tls.is_some()
    }

    /// Whether compression is active in at least one direction.
    pub fn is_compressed(&self) -> bool {
        self.deflate.is_some() || self.inflate.is_some()
    }

    /// Whether more may still come: false behind [`Received::End`].
    pub fn wants_read(&self) -> bool {
        let ended = self
            .inflate
            .as_ref()
            .is_some_and(|inflate| inflate.ended_by_peer());
        self.holds_input() || !(ended || self.carrier.ended())
    }

    /// Whether [`Self::flush`] has something to do.
    pub fn wants_write(&self) -> bool {
        self.deflate
            .as_ref()
            .is_some_and(|deflate| deflate.wants_write())
            || !self.last_compressed.is_empty()
            || self.carrier.wants_write()
    }

    /// Whether a read may give bytes without any from the transport. One who stopped before
    /// [`Received::Blocked`] and asks this must not wait for readiness.
    pub fn holds_input(&self) -> bool {
        !self.first_plain.is_empty()
            || self
                .inflate
                .as_ref()
                .is_some_and(|inflate| inflate.holds_input())
            || self.carrier.holds_input()
    }

    /// Behind [`Received::End`]: whether the peer announced the end, by `close_notify` or by the
    /// last block of its compressed stream. Without TLS or such a block an end proves nothing, and
    /// this is false.
    pub fn closed_cleanly(&self) -> bool {
        self.inflate
            .as_ref()
            .is_some_and(|inflate| inflate.ended_by_peer())
            || self
                .carrier
                .tls
                .as_ref()
                .is_some_and(|tls| tls.closed_cleanly())
    }

    /// Gives the memory of empty buffers back, for a connection that waits: to be called behind
    /// [`Received::Blocked`], unless more is about to come, which goes on with large reads then.
    pub fn release(&mut self) {
        if let Some(inflate) = &mut self.inflate {
            inflate.release();
        }
        if let Some(tls) = &mut self.carrier.tls {
            tls.release();
        }
    }

    /// How much heap the buffers of the layers hold now, in bytes. Keys, certificates, the
    /// inflater's window and the compressor are not counted.
    pub fn buffer_bytes(&self) -> usize {
        let deflate = self
            .deflate
            .as_ref()
            .map_or(0, |deflate| deflate.buffer_bytes());
        let inflate = self
            .inflate
            .as_ref()
            .map_or(0, |inflate| inflate.buffer_bytes());
        let tls = self
            .carrier
            .tls
            .as_ref()
            .map_or(0, |tls| tls.buffer_bytes());
        let own = self
            .first_plain
            .capacity()
            .saturating_add(self.last_compressed.capacity());
        own.saturating_add(tls)
            .saturating_add(inflate)
            .saturating_add(deflate)
    }

    /// What the handshake agreed on, once it is done.
    #[cfg(feature = "tls")]
    pub fn tls_info(&self) -> Option<TlsInfo> {
        Some(TlsInfo {
            version: self.tls_version()?,
            alpn_protocol: self.alpn_protocol().map(<[u8]>::to_vec),
            end_entity_certificate: self.end_entity_certificate()?.to_vec(),
        })
    }

    /// The TLS version agreed on, once it is.
    #[cfg(feature = "tls")]
    pub fn tls_version(&self) -> Option<TlsVersion> {
        self.carrier.tls.as_ref()?.version()
    }

    /// The protocol agreed on by ALPN (RFC 7301), `imap` or none.
    #[cfg(feature = "tls")]
    pub fn alpn_protocol(&self) -> Option<&[u8]> {
        self.carrier.tls.as_ref()?.alpn_protocol()
    }

    /// The server's own certificate, in DER: what the channel binding `tls-server-end-point`
    /// hashes (RFC 5929 §4), and what a [`PinnedCertificate`](super::PinnedCertificate) holds.
    #[cfg(feature = "tls")]
    pub fn end_entity_certificate(&self) -> Option<&[u8]> {
        self.carrier.tls.as_ref()?.end_entity_certificate()
    }

    /// The channel binding `tls-exporter` (RFC 9266 §4) of an established TLS 1.3 connection.
    /// None with TLS 1.2: rustls does not export keys there without its buffered connection.
    #[cfg(feature = "tls")]
    pub fn tls_exporter(&self) -> Option<&[u8; 32]> {
        self.carrier.tls.as_ref()?.exporter()
    }

    /// The channel binding `tls-server-end-point` (RFC 5929 §4) of an established connection.
    /// None when the certificate is signed in a way that has no single hash, such as Ed25519.
    #[cfg(all(feature = "tls", feature = "scram"))]
    pub fn tls_server_end_point(&self) -> Option<Vec<u8>> {
        super::end_point::tls_server_end_point(self.end_entity_certificate()?)
    }

    /// What the peer sends is plain again: the inflater goes, and what it did not use is text.
    fn drop_inflater(&mut self) {
        if let Some(inflate) = self.inflate.take_if(|inflate| inflate.is_over()) {
            self.first_plain = inflate.finish();
        }
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack")
            .field("tls", &self.is_tls())
            .field("handshaking", &self.is_handshaking())
            .field("compressed", &self.is_compressed())
            .field("buffer_bytes", &self.buffer_bytes())
            .finish_non_exhaustive()
    }
}
