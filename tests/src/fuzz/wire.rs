//! A transport in memory that blocks, is interrupted and takes or gives little, by a plan.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};

/// The transport: what the peer sent, and what we did.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) incoming: VecDeque<u8>,
    pub(super) outgoing: Vec<u8>,
    state: u32,
    plan: u8,
}

impl Wire {
    /// Plan 0 does all at once; any other decides each call by a generator that begins with it.
    pub(super) fn new(incoming: &[u8], plan: u8) -> Self {
        Self {
            incoming: incoming.iter().copied().collect(),
            outgoing: Vec::new(),
            state: u32::from(plan),
            plan,
        }
    }

    /// How much the next call moves.
    fn call(&mut self) -> io::Result<usize> {
        if self.plan == 0 {
            return Ok(usize::MAX);
        }
        self.state = self.state.wrapping_mul(1_103_515_245).wrapping_add(12345);
        match self.state >> 16 & 15 {
            0..=2 => Err(ErrorKind::WouldBlock.into()),
            3 => Err(ErrorKind::Interrupted.into()),
            4..=6 => Ok(1),
            _ => Ok(1 + (self.state >> 20) as usize % 300),
        }
    }
}

impl Read for Wire {
    fn read(&mut self, window: &mut [u8]) -> io::Result<usize> {
        assert!(
            !window.is_empty(),
            "a read of nothing cannot be told from the end"
        );
        let most = self.call()?.min(window.len());
        self.incoming.read(&mut window[..most])
    }
}

impl Write for Wire {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let count = self.call()?.min(octets.len());
        self.outgoing.extend_from_slice(&octets[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.call().map(|_| ())
    }
}
