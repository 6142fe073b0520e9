//! A transport in memory that misbehaves as planned.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};

use crate::layer::{LayerError, Received, Stack};

/// How the transport behaves.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Bytes that one read gives at most.
    pub(super) read: usize,
    /// Bytes that one write takes at most.
    pub(super) write: usize,
    /// Every so many calls one would block; 0: only where it must.
    pub(super) block_every: usize,
    /// Every so many calls one is interrupted; 0: none.
    pub(super) interrupt_every: usize,
    /// The call, counted from 0, that fails.
    pub(super) fail_at: Option<usize>,
}

impl Plan {
    pub(super) const WHOLE: Self = Self {
        read: usize::MAX,
        write: usize::MAX,
        block_every: 0,
        interrupt_every: 0,
        fail_at: None,
    };
    /// One byte a call, and every second call would block.
    pub(super) const DRIP: Self = Self {
        read: 1,
        write: 1,
        block_every: 2,
        interrupt_every: 5,
        fail_at: None,
    };
}

/// A transport: `to_client` is what the peer sent, `to_server` what we did.
pub(super) struct Wire {
    pub(super) to_client: VecDeque<u8>,
    pub(super) to_server: Vec<u8>,
    /// The peer sends nothing behind `to_client`.
    pub(super) eof: bool,
    plan: Plan,
    pub(super) calls: usize,
}

impl Wire {
    pub(super) fn new(plan: Plan) -> Self {
        Self {
            to_client: VecDeque::new(),
            to_server: Vec::new(),
            eof: false,
            plan,
            calls: 0,
        }
    }

    pub(super) fn holding(bytes: &[u8], plan: Plan) -> Self {
        let mut wire = Self::new(plan);
        wire.to_client.extend(bytes);
        wire
    }

    fn call(&mut self) -> io::Result<()> {
        let call = self.calls;
        self.calls += 1;
        if self.plan.fail_at == Some(call) {
            return Err(ErrorKind::ConnectionReset.into());
        }
        if self.plan.block_every > 0 && call.is_multiple_of(self.plan.block_every) {
            return Err(ErrorKind::WouldBlock.into());
        }
        if self.plan.interrupt_every > 0 && call.is_multiple_of(self.plan.interrupt_every) {
            return Err(ErrorKind::Interrupted.into());
        }
        Ok(())
    }
}

impl Read for Wire {
    fn read(&mut self, window: &mut [u8]) -> io::Result<usize> {
        assert!(
            !window.is_empty(),
            "a read of nothing can not be told from the end"
        );
        self.call()?;
        if self.to_client.is_empty() && !self.eof {
            return Err(ErrorKind::WouldBlock.into());
        }
        let most = window.len().min(self.plan.read);
        self.to_client.read(&mut window[..most])
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.call()?;
        let count = bytes.len().min(self.plan.write);
        self.to_server.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.call()
    }
}

/// Reads until nothing more can be had, however often the transport says that it would block
/// while it still holds bytes.
pub(super) fn read_all(
    stack: &mut Stack,
    wire: &mut Wire,
    input: &mut Vec<u8>,
) -> Result<Received, LayerError> {
    loop {
        match stack.read(wire, input)? {
            Received::Bytes(count) => assert!(count > 0),
            Received::Again => {}
            Received::Blocked if wire.eof || !wire.to_client.is_empty() => {}
            other => return Ok(other),
        }
    }
}

/// Writes and flushes all of `data`.
pub(super) fn write_all(
    stack: &mut Stack,
    wire: &mut Wire,
    mut data: &[u8],
) -> Result<(), LayerError> {
    while !data.is_empty() {
        stack.write(wire, &mut data)?;
    }
    flush_all(stack, wire)
}

/// Flushes until nothing is left.
pub(super) fn flush_all(stack: &mut Stack, wire: &mut Wire) -> Result<(), LayerError> {
    while !stack.flush(wire)? {}
    assert!(!stack.wants_write());
    Ok(())
}
