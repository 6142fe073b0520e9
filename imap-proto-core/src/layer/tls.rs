//! TLS as a codec, on rustls' unbuffered connection: the only place that names its record API.
//!
//! Records are decrypted in place in a buffer of ours that is freed when it is empty, and their
//! plaintext is pushed to the sink at once.

use std::io::{IoSlice, Read, Write};
use std::sync::Arc;

use bytes::Buf;
use rustls::ClientConfig;
use rustls::ProtocolVersion;
use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::pki_types::ServerName;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, EncryptError, ReadTraffic, UnbufferedStatus,
    WriteTraffic,
};
use zeroize::Zeroizing;

use super::buffer::Buffer;
use super::carrier::{read_once, received, write_once};
use super::channel_binding::ExporterSecret;
use super::{LayerError, Received, Sink};

/// The plaintext of one record at most (RFC 8446 §5.1).
const RECORD: usize = 16 * 1024;
/// What a record adds to its plaintext, for the first guess at the space it needs.
const RECORD_OVERHEAD: usize = 64;
/// Ciphertext held at most: a handshake message of the length that rustls allows, in records.
const MOST_CIPHERTEXT: usize = 128 * 1024;
/// How often one call reads the transport, when no plaintext comes of it.
const READS: usize = 16;

/// Why TLS can not go on. The messages hold nothing secret.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The connection could not be set up, or the handshake failed: a bad certificate, no common
    /// version, an alert of the server.
    #[error("TLS handshake failed: {0}")]
    Handshake(#[source] rustls::Error),
    /// A record of the established connection was refused, by us or by the server.
    #[error("TLS failed: {0}")]
    Record(#[source] rustls::Error),
    /// The server closed the connection before the handshake was done.
    #[error("the server closed the connection during the TLS handshake")]
    ClosedInHandshake,
    /// The server sent a handshake message without an end.
    #[error("the server's TLS handshake message is too long")]
    MessageTooLong,
    /// The keys are used up and can not be renewed (TLS 1.2).
    #[error("the TLS keys are used up")]
    KeysExhausted,
    /// rustls is in a state that this version of the layer does not know.
    #[error("unknown state of the TLS connection")]
    UnknownState,
}

impl TlsError {
    /// Whether the server's certificate was refused, for whatever reason.
    pub fn is_certificate(&self) -> bool {
        matches!(self, Self::Handshake(rustls::Error::InvalidCertificate(_)))
    }
}

/// The version of an established connection. There are no older ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

/// What a handshake agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsInfo {
    /// The version.
    pub version: TlsVersion,
    /// The protocol chosen by ALPN (RFC 7301), `imap` or none.
    pub alpn_protocol: Option<Vec<u8>>,
    /// The server's own certificate, in DER.
    pub end_entity_certificate: Vec<u8>,
}

/// The TLS side of the stack.
pub(super) struct Tls {
    connection: UnbufferedClientConnection,
    /// Ciphertext not yet decoded: a part of a record when nothing moves.
    incoming: Buffer,
    /// Plaintext that the sink could not take.
    plain: Buffer,
    /// Ciphertext not yet taken by the transport.
    outgoing: Buffer,
    /// Nothing more can be decoded from `incoming`.
    settled: bool,
    /// `close_notify` came.
    closed: bool,
    /// The transport ended.
    eof: bool,
    /// We sent `close_notify`.
    closing: bool,
    failed: Option<TlsError>,
    exporter_secret: Option<Arc<ExporterSecret>>,
    exporter: Option<[u8; 32]>,
}

/// What a step is made for, beside decoding what came.
enum Job<'a> {
    Read,
    Encrypt(&'a [u8]),
    CloseNotify,
}

/// What a step came to.
#[derive(PartialEq)]
enum Step {
    /// Plaintext came; the sink took so much of it.
    Plaintext(usize),
    /// Something else moved: make another step.
    Moved,
    /// The job is done.
    Done,
    /// Nothing can be done without more ciphertext.
    Idle,
}

impl Tls {
    pub(super) fn new(
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
    ) -> Result<Self, LayerError> {
        let (config, exporter_secret) = ExporterSecret::capture(config);
        let connection =
            UnbufferedClientConnection::new(config, name).map_err(TlsError::Handshake)?;
        let mut tls = Self {
            connection,
            incoming: Buffer::default(),
            plain: Buffer::default(),
            outgoing: Buffer::default(),
            settled: true,
            closed: false,
            eof: false,
            closing: false,
            failed: None,
            exporter_secret: Some(exporter_secret),
            exporter: None,
        };
        tls.advance(None)?;
        Ok(tls)
    }

    /// Gives plaintext: what is held, or what up to [`READS`] reads bring.
    pub(super) fn read<T: Read + Write>(
        &mut self,
        io: &mut T,
        sink: &mut dyn Sink,
        unflushed: &mut bool,
    ) -> Result<Received, LayerError> {
        for _ in 0..READS {
            if !self.plain.is_empty() {
                return Ok(self.plain.deliver(sink));
            }
            let decoded = match &self.failed {
                Some(error) => return Err(error.clone().into()),
                None => self.advance(Some(sink)),
            };
            // A transport that takes nothing more may still have bytes that say why, so what it
            // says to a write is left to `send` from a flush.
            let _ = self.send(io, unflushed);
            match decoded? {
                0 if !self.plain.is_empty() => return Ok(Received::Full),
                0 => {}
                count => return Ok(Received::Bytes(count)),
            }
            if self.ended() {
                return Ok(Received::End);
            }
            match self.receive(io)? {
                Received::Bytes(_) => {}
                Received::End => return self.end_of_file(),
                other => return Ok(other),
            }
        }
        Ok(Received::Again)
    }

    /// Takes one record of `data`, if nothing waits before it.
    pub(super) fn write(
        &mut self,
        io: &mut impl Write,
        data: &mut impl Buf,
        unflushed: &mut bool,
    ) -> Result<usize, LayerError> {
        if let Some(error) = &self.failed {
            return Err(error.clone().into());
        }
        if self.closing {
            return Err(LayerError::Closed);
        }
        if !self.send(io, unflushed)? || !data.has_remaining() || self.is_handshaking() {
            return Ok(0);
        }
        let most = data.remaining().min(RECORD);
        let (taken, encrypted) = if let Some(record) = data.chunk().get(..most) {
            (most, self.run(&Job::Encrypt(record))?)
        } else {
            let record = joined(data, most);
            (record.len(), self.run(&Job::Encrypt(&record))?)
        };
        if !encrypted {
            return Ok(0);
        }
        data.advance(taken);
        self.send(io, unflushed)?;
        Ok(taken)
    }

    /// Writes the ciphertext that waits. True: none is left.
    pub(super) fn send(
        &mut self,
        io: &mut impl Write,
        unflushed: &mut bool,
    ) -> Result<bool, LayerError> {
        while !self.outgoing.is_empty() {
            let count = write_once(io, &mut self.outgoing.filled(), unflushed)?;
            if count == 0 {
                return Ok(false);
            }
            self.outgoing.consume(count);
        }
        self.outgoing.release();
        Ok(true)
    }

    pub(super) fn close_notify(&mut self) -> Result<(), LayerError> {
        if self.failed.is_none() && !self.closing && !self.is_handshaking() {
            self.run(&Job::CloseNotify)?;
        }
        self.closing = true;
        Ok(())
    }

    pub(super) fn wants_write(&self) -> bool {
        !self.outgoing.is_empty()
    }

    pub(super) fn ended(&self) -> bool {
        self.closed || self.eof
    }

    pub(super) fn closed_cleanly(&self) -> bool {
        self.closed
    }

    pub(super) fn holds_input(&self) -> bool {
        !self.plain.is_empty() || !(self.settled || self.ended() || self.failed.is_some())
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    /// Gives the memory of an empty buffer back.
    pub(super) fn release(&mut self) {
        self.incoming.release();
    }

    pub(super) fn buffer_bytes(&self) -> usize {
        let held = self
            .incoming
            .capacity()
            .saturating_add(self.outgoing.capacity());
        held.saturating_add(self.plain.capacity())
    }

    pub(super) fn version(&self) -> Option<TlsVersion> {
        match self.connection.protocol_version()? {
            ProtocolVersion::TLSv1_2 => Some(TlsVersion::Tls12),
            ProtocolVersion::TLSv1_3 => Some(TlsVersion::Tls13),
            _ => None,
        }
    }

    pub(super) fn alpn_protocol(&self) -> Option<&[u8]> {
        self.connection.alpn_protocol()
    }

    pub(super) fn end_entity_certificate(&self) -> Option<&[u8]> {
        self.connection
            .peer_certificates()?
            .first()
            .map(AsRef::as_ref)
    }

    pub(super) fn exporter(&self) -> Option<&[u8; 32]> {
        self.exporter.as_ref()
    }

    /// One read of the transport.
    fn receive(&mut self, io: &mut impl Read) -> Result<Received, LayerError> {
        if self.incoming.len() >= MOST_CIPHERTEXT {
            return Err(self.fail(TlsError::MessageTooLong).into());
        }
        let received = received(
            self.incoming
                .fill_window(&mut |window| read_once(io, window)),
        )?;
        self.settled &= !matches!(received, Received::Bytes(_));
        Ok(received)
    }

    fn end_of_file(&mut self) -> Result<Received, LayerError> {
        if self.is_handshaking() {
            return Err(self.fail(TlsError::ClosedInHandshake).into());
        }
        self.eof = true;
        self.incoming = Buffer::default();
        Ok(Received::End)
    }

    /// Decodes until plaintext comes or nothing more can be decoded. Without a sink the plaintext
    /// is kept.
    fn advance(&mut self, mut sink: Option<&mut dyn Sink>) -> Result<usize, TlsError> {
        while !self.closed {
            let sink = sink.as_mut().map(|sink| &mut **sink as &mut dyn Sink);
            match self.step(sink, &Job::Read)? {
                Step::Plaintext(count) => return Ok(count),
                Step::Moved => {}
                Step::Done | Step::Idle => {
                    self.settled = true;
                    break;
                }
            }
        }
        Ok(0)
    }

    /// Does a job, keeping the plaintext that comes before it. False: not before the handshake is
    /// done.
    fn run(&mut self, job: &Job<'_>) -> Result<bool, TlsError> {
        loop {
            match self.step(None, job)? {
                Step::Plaintext(_) | Step::Moved => {}
                Step::Done => return Ok(true),
                Step::Idle => return Ok(false),
            }
        }
    }

    /// One call of rustls, and what it asks for.
    fn step(&mut self, sink: Option<&mut dyn Sink>, job: &Job<'_>) -> Result<Step, TlsError> {
        let handshaking = self.is_handshaking();
        let UnbufferedStatus { mut discard, state } = self
            .connection
            .process_tls_records(self.incoming.filled_mut());
        let result = match state {
            Ok(ConnectionState::ReadTraffic(traffic)) => {
                deliver_records(traffic, sink, &mut self.plain, &mut discard)
            }
            Ok(ConnectionState::EncodeTlsData(mut data)) => {
                encode(&mut data, &mut self.outgoing).map(|()| Step::Moved)
            }
            Ok(ConnectionState::TransmitTlsData(data)) => {
                // What is in `outgoing` goes out before anything else.
                data.done();
                Ok(Step::Moved)
            }
            Ok(ConnectionState::WriteTraffic(mut traffic)) => match job {
                Job::Read => Ok(Step::Idle),
                Job::Encrypt(data) => {
                    encrypt(&mut traffic, data, &mut self.outgoing).map(|()| Step::Done)
                }
                Job::CloseNotify => close(&mut traffic, &mut self.outgoing).map(|()| Step::Done),
            },
            Ok(ConnectionState::BlockedHandshake | ConnectionState::Closed) => Ok(Step::Idle),
            Ok(ConnectionState::PeerClosed) if handshaking => Err(TlsError::ClosedInHandshake),
            Ok(ConnectionState::PeerClosed) => {
                self.closed = true;
                Ok(Step::Moved)
            }
            Ok(_) => Err(TlsError::UnknownState),
            Err(error) if handshaking => Err(TlsError::Handshake(error)),
            Err(error) => Err(TlsError::Record(error)),
        };
        self.incoming.consume(discard);
        if self.closed {
            // Nothing behind a close_notify counts (RFC 8446 §6.1).
            self.incoming = Buffer::default();
        }
        if handshaking && !self.is_handshaking() {
            self.established();
        }
        result.map_err(|error| self.fail(error))
    }

    /// Computes the channel binding and lets the secret go.
    fn established(&mut self) {
        if let Some(secret) = self.exporter_secret.take()
            && let Some(suite) = self.connection.negotiated_cipher_suite()
        {
            self.exporter = secret.tls_exporter(suite);
        }
    }

    /// The end of it: only the alert, if there is one, is still to be sent.
    fn fail(&mut self, error: TlsError) -> TlsError {
        while self.connection.wants_write() {
            let status = self
                .connection
                .process_tls_records(self.incoming.filled_mut());
            match status.state {
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    if encode(&mut data, &mut self.outgoing).is_err() {
                        break;
                    }
                }
                _ => break,
            }
        }
        self.incoming = Buffer::default();
        self.exporter_secret = None;
        self.failed = Some(error.clone());
        error
    }
}

/// Hands the decrypted records to the sink, and what it does not take to `plain`.
fn deliver_records(
    mut traffic: ReadTraffic<'_, '_, ClientConnectionData>,
    mut sink: Option<&mut dyn Sink>,
    plain: &mut Buffer,
    discard: &mut usize,
) -> Result<Step, TlsError> {
    let mut taken: usize = 0;
    while let Some(record) = traffic.next_record() {
        let record = record.map_err(TlsError::Record)?;
        *discard = discard.saturating_add(record.discard);
        let count = sink.as_mut().map_or(0, |sink| sink.push(record.payload));
        taken = taken.saturating_add(count);
        let rest = record.payload.get(count..).unwrap_or_default();
        if !rest.is_empty() {
            plain.extend(rest);
            sink = None;
        }
    }
    Ok(Step::Plaintext(taken))
}

/// The first bytes of `data`, `length` at most, in one piece that is wiped: they may hold a password.
fn joined(data: &impl Buf, length: usize) -> Zeroizing<Vec<u8>> {
    let mut record = Zeroizing::new(Vec::with_capacity(length));
    let mut slices = [IoSlice::new(&[]); 64];
    let used = data.chunks_vectored(&mut slices);
    for slice in slices.get(..used).unwrap_or_default() {
        let missing = length.saturating_sub(record.len());
        record.extend_from_slice(slice.get(..missing).unwrap_or(slice));
    }
    record
}

/// Moves a message of rustls' own to `outgoing`.
fn encode(
    data: &mut EncodeTlsData<'_, ClientConnectionData>,
    outgoing: &mut Buffer,
) -> Result<(), TlsError> {
    let mut space = 0;
    loop {
        match data.encode(outgoing.room(space)) {
            Ok(count) => {
                outgoing.commit(count);
                return Ok(());
            }
            Err(EncodeError::InsufficientSize(error)) if error.required_size > space => {
                space = error.required_size;
            }
            Err(_) => return Err(TlsError::UnknownState),
        }
    }
}

fn encrypt(
    traffic: &mut WriteTraffic<'_, ClientConnectionData>,
    data: &[u8],
    outgoing: &mut Buffer,
) -> Result<(), TlsError> {
    let first = data.len().saturating_add(RECORD_OVERHEAD);
    with_space(first, outgoing, |room| traffic.encrypt(data, room))
}

fn close(
    traffic: &mut WriteTraffic<'_, ClientConnectionData>,
    outgoing: &mut Buffer,
) -> Result<(), TlsError> {
    with_space(RECORD_OVERHEAD, outgoing, |room| {
        traffic.queue_close_notify(room)
    })
}

/// Calls again with the space asked for.
fn with_space(
    mut space: usize,
    outgoing: &mut Buffer,
    mut write: impl FnMut(&mut [u8]) -> Result<usize, EncryptError>,
) -> Result<(), TlsError> {
    loop {
        match write(outgoing.room(space)) {
            Ok(count) => {
                outgoing.commit(count);
                return Ok(());
            }
            Err(EncryptError::InsufficientSize(error)) if error.required_size > space => {
                space = error.required_size;
            }
            Err(EncryptError::InsufficientSize(_)) => return Err(TlsError::UnknownState),
            Err(EncryptError::EncryptExhausted) => return Err(TlsError::KeysExhausted),
        }
    }
}
