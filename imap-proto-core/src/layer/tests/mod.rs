//! Tests of the whole stack, over a transport in memory.

#[cfg(feature = "tls")]
mod certificates;
#[cfg(feature = "deflate")]
mod deflate;
#[cfg(feature = "tls")]
mod server;
#[cfg(feature = "tls")]
mod tls;
mod transport;

use std::io::{self, ErrorKind, Write};

use transport::{Plan, Wire, flush_all, read_all, write_all};

use super::{LayerError, Received, Sink, Stack};
use crate::wire::{InputBuffer, Limits};

/// Bytes that do not compress, the same each time: a linear congruential generator's.
fn bytes(length: usize) -> Vec<u8> {
    let mut state = 1u32;
    let step = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(step).take(length).collect()
}

/// A transport that takes so many bytes, then nothing, until it is given more.
struct Tap(usize);

impl Write for Tap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.0);
        self.0 -= count;
        if count == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_plain_stack_passes_bytes_over_any_transport() {
    for plan in [Plan::WHOLE, Plan::DRIP] {
        let text = bytes(5000);
        let mut wire = Wire::holding(&text, plan);
        let mut stack = Stack::plain();
        let mut input = Vec::new();
        assert_eq!(
            read_all(&mut stack, &mut wire, &mut input).unwrap(),
            Received::Blocked
        );
        assert_eq!(input, text);
        write_all(&mut stack, &mut wire, &text).unwrap();
        assert_eq!(wire.to_server, text);
        assert!(stack.wants_read() && !stack.is_tls() && !stack.is_compressed());
        stack.close_notify().unwrap();
        wire.eof = true;
        assert_eq!(
            read_all(&mut stack, &mut wire, &mut input).unwrap(),
            Received::End
        );
        assert!(!stack.wants_read() && !stack.closed_cleanly());
        stack.release();
        assert_eq!(stack.buffer_bytes(), 0);
    }
}

#[test]
fn a_plain_write_names_every_slice() {
    let mut wire = Wire::new(Plan::WHOLE);
    let mut stack = Stack::plain();
    let mut data = bytes::Buf::chain(&b"a1 LOGIN "[..], &b"user secret\r\n"[..]);
    while bytes::Buf::has_remaining(&data) {
        stack.write(&mut wire, &mut data).unwrap();
    }
    assert!(stack.wants_write(), "the transport was not flushed");
    flush_all(&mut stack, &mut wire).unwrap();
    assert_eq!(wire.to_server, b"a1 LOGIN user secret\r\n");
}

#[test]
fn a_plain_write_takes_what_the_transport_takes() {
    let mut stack = Stack::plain();
    let mut data = &b"hello"[..];
    let mut tap = Tap(3);
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 3);
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 0);
    assert_eq!(data, b"lo");
}

#[test]
fn a_full_sink_reads_nothing() {
    struct Full;
    impl Sink for Full {
        fn is_full(&self) -> bool {
            true
        }
        fn fill(&mut self, _: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
            panic!("nothing fits")
        }
        fn push(&mut self, _: &[u8]) -> usize {
            panic!("nothing fits")
        }
    }
    let mut wire = Wire::holding(b"* OK", Plan::WHOLE);
    assert_eq!(
        Stack::plain().read(&mut wire, &mut Full).unwrap(),
        Received::Full
    );
    assert_eq!(wire.calls, 0);
}

#[test]
fn the_engines_buffer_is_filled_up_to_its_limit() {
    let text = bytes(200_000);
    let mut wire = Wire::holding(&text, Plan::WHOLE);
    let mut stack = Stack::plain();
    let mut input = InputBuffer::new(&Limits::default().max_response(20_000));
    let mut seen = Vec::new();
    while seen.len() < text.len() {
        while let Received::Bytes(count) = stack.read(&mut wire, &mut input).unwrap() {
            assert!(count <= 64 * 1024);
        }
        assert!(input.is_full() || wire.to_client.is_empty());
        seen.extend_from_slice(&input.take(usize::MAX));
    }
    assert!(seen == text);
}

#[test]
fn errors_of_the_transport_pass_through() {
    let plan = Plan {
        fail_at: Some(0),
        ..Plan::WHOLE
    };
    let mut stack = Stack::plain();
    let reset = |error: LayerError| match error {
        LayerError::Io(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        other => panic!("{other}"),
    };
    reset(
        stack
            .read(&mut Wire::new(plan.clone()), &mut Vec::new())
            .unwrap_err(),
    );
    reset(
        stack
            .write(&mut Wire::new(plan), &mut &b"x"[..])
            .unwrap_err(),
    );
    let mut nothing = io::Cursor::new([0; 0]);
    let error = stack
        .write(&mut &mut nothing.get_mut()[..], &mut &b"x"[..])
        .unwrap_err();
    assert!(matches!(error, LayerError::Io(error) if error.kind() == ErrorKind::WriteZero));
}
