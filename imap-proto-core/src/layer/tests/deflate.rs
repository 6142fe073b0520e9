//! DEFLATE against flate2's own streaming encoder and decoder.

use std::io::{Read, Write};

use flate2::write::DeflateDecoder;
use flate2::{Compress, Compression, FlushCompress};
use proptest::prelude::*;

use super::transport::{Plan, Wire, flush_all, read_all, write_all};
use super::{Tap, bytes};
use crate::layer::{LayerError, Received, Sink, Stack};

/// What a server's `Z_SYNC_FLUSH` makes of `pieces`, each flushed.
fn packed(pieces: &[&[u8]]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Compression::default());
    for piece in pieces {
        encoder.write_all(piece).unwrap();
        encoder.flush().unwrap();
    }
    encoder.get_ref().clone()
}

/// The same, with a last block.
fn finished(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// All that an inflater gives for `stream`, which has no end.
fn unpacked(stream: &[u8]) -> Vec<u8> {
    let mut decoder = DeflateDecoder::new(Vec::new());
    decoder.write_all(stream).unwrap();
    decoder.flush().unwrap();
    decoder.get_ref().clone()
}

fn compressed() -> Stack {
    let mut stack = Stack::plain();
    stack.start_compression(b"").unwrap();
    stack
}

/// A sink that lends windows of one size.
struct Windows(Vec<u8>, usize);

impl Sink for Windows {
    fn is_full(&self) -> bool {
        false
    }

    fn fill(
        &mut self,
        read: &mut dyn FnMut(&mut [u8]) -> std::io::Result<usize>,
    ) -> std::io::Result<usize> {
        let mut window = vec![0; self.1];
        let count = read(&mut window)?;
        self.0.extend(&window[..count]);
        Ok(count)
    }

    fn push(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.1);
        self.0.extend(&bytes[..count]);
        count
    }
}

#[test]
fn a_servers_stream_is_inflated_over_any_transport() {
    let text = bytes(20_000);
    let stream = packed(&[b"* OK\r\n", &text, b"", b"a2 OK\r\n"]);
    for plan in [
        Plan::WHOLE,
        Plan {
            read: 7,
            ..Plan::WHOLE
        },
        Plan::DRIP,
    ] {
        let mut wire = Wire::holding(&stream, plan);
        let mut stack = compressed();
        let mut input = Vec::new();
        assert_eq!(
            read_all(&mut stack, &mut wire, &mut input).unwrap(),
            Received::Blocked
        );
        assert!(input == [b"* OK\r\n", &text[..], b"a2 OK\r\n"].concat());
        stack.release();
        assert_eq!(stack.buffer_bytes(), 0);
        assert!(!stack.holds_input());
    }
}

#[test]
fn bytes_read_behind_the_ok_go_to_the_inflater_first() {
    let stream = packed(&[b"* 1 EXISTS\r\n", b"* 2 EXISTS\r\n"]);
    for cut in 0..=stream.len() {
        let mut wire = Wire::holding(&stream[cut..], Plan::WHOLE);
        let mut stack = Stack::plain();
        stack.start_compression(&stream[..cut]).unwrap();
        assert_eq!(stack.holds_input(), cut > 0);
        let mut input = Vec::new();
        read_all(&mut stack, &mut wire, &mut input).unwrap();
        assert_eq!(input, b"* 1 EXISTS\r\n* 2 EXISTS\r\n");
    }
}

/// IMAPLIB2.md §1.15 item 6, SECURITY.md rows C18 and C19: 400 KB come in one small packet, and
/// all of them arrive without another one.
#[test]
fn c19_highly_compressible_data_does_not_stall() {
    for length in [400_000, 10_000_000] {
        let stream = packed(&[&vec![b'a'; length]]);
        for window in [1, 1000, 4096, 32 * 1024, 64 * 1024, 1024 * 1024] {
            if length / window > 100_000 {
                continue;
            }
            let mut wire = Wire::holding(&stream, Plan::WHOLE);
            let mut stack = compressed();
            let mut sink = Windows(Vec::new(), window);
            loop {
                match stack.read(&mut wire, &mut sink).unwrap() {
                    Received::Bytes(count) => assert!(count <= 64 * 1024),
                    Received::Blocked => break,
                    other => panic!("{other:?}"),
                }
                assert!(
                    stack.buffer_bytes() <= 64 * 1024,
                    "{}",
                    stack.buffer_bytes()
                );
            }
            assert_eq!(sink.0.len(), length);
            assert!(sink.0.iter().all(|byte| *byte == b'a'));
        }
    }
}

/// Every stream whose inflater holds output with all input used: sizes around its window.
#[test]
fn output_held_behind_the_last_input_byte_is_asked_for() {
    for length in (32_000..33_500).chain(65_000..66_000).step_by(7) {
        let stream = packed(&[&vec![b'x'; length]]);
        for window in [31, 4096, 32_768, 40_000] {
            let mut wire = Wire::holding(&stream, Plan::WHOLE);
            let mut stack = compressed();
            let mut sink = Windows(Vec::new(), window);
            while stack.read(&mut wire, &mut sink).unwrap() != Received::Blocked {}
            assert_eq!(sink.0.len(), length);
        }
    }
}

/// SECURITY.md row C17: empty blocks give nothing, and neither end the stream nor hold us for ever.
#[test]
fn c17_empty_blocks_are_no_end() {
    let mut stream = Vec::new();
    for _ in 0..200_000 {
        stream.extend([0, 0, 0, 0xff, 0xff]);
    }
    let mut wire = Wire::holding(
        &stream,
        Plan {
            read: 1024,
            ..Plan::WHOLE
        },
    );
    let mut stack = compressed();
    let mut input = Vec::new();
    let mut turns = 0;
    loop {
        match stack.read(&mut wire, &mut input).unwrap() {
            Received::Again => turns += 1,
            Received::Blocked => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(input, b"");
    assert!((50..2000).contains(&turns), "{turns}");
}

#[test]
fn c19_corrupt_data_is_fatal_behind_the_good() {
    // A block of the reserved type 3 (RFC 1951 §3.2.3).
    for window in [1, 50, 4096, 64 * 1024] {
        let mut stream = packed(&[&bytes(3000)]);
        stream.push(0b110);
        stream.extend(bytes(100));
        for read in [usize::MAX, 1] {
            let mut wire = Wire::holding(
                &stream,
                Plan {
                    read,
                    ..Plan::WHOLE
                },
            );
            let mut stack = compressed();
            let mut sink = Windows(Vec::new(), window);
            let error = loop {
                match stack.read(&mut wire, &mut sink) {
                    Ok(Received::Bytes(_) | Received::Again) => {}
                    Ok(other) => panic!("{other:?}"),
                    Err(error) => break error,
                }
            };
            assert!(matches!(error, LayerError::Inflate));
            assert!(sink.0 == bytes(3000));
            assert!(matches!(
                stack.read(&mut wire, &mut sink),
                Err(LayerError::Inflate)
            ));
        }
    }
}

#[test]
fn c19_a_last_block_is_the_end() {
    let mut stream = finished(b"* BYE\r\n");
    stream.extend(b"* 1 EXISTS\r\n");
    for plan in [Plan::WHOLE, Plan::DRIP] {
        let mut wire = Wire::holding(&stream, plan);
        let mut stack = compressed();
        let mut input = Vec::new();
        loop {
            match stack.read(&mut wire, &mut input).unwrap() {
                Received::End => break,
                Received::Bytes(_) | Received::Again | Received::Blocked => {}
                Received::Full => panic!("a vector is never full"),
            }
        }
        assert_eq!(input, b"* BYE\r\n");
        assert!(stack.closed_cleanly() && !stack.wants_read());
        assert_eq!(stack.read(&mut wire, &mut input).unwrap(), Received::End);
        // Ours is not ended by it.
        write_all(&mut stack, &mut wire, b"x").unwrap();
    }
}

#[test]
fn an_end_of_the_transport_is_the_end() {
    let mut wire = Wire::holding(&packed(&[b"* BYE\r\n"]), Plan::WHOLE);
    wire.eof = true;
    let mut stack = compressed();
    let mut input = Vec::new();
    assert_eq!(
        read_all(&mut stack, &mut wire, &mut input).unwrap(),
        Received::End
    );
    assert_eq!(input, b"* BYE\r\n");
    assert!(!stack.closed_cleanly());
}

#[test]
fn what_we_write_is_readable_at_once() {
    let mut wire = Wire::new(Plan {
        write: 1000,
        ..Plan::WHOLE
    });
    let mut stack = compressed();
    let upload = vec![b'u'; 300_000];
    let mut expected: Vec<u8> = Vec::new();
    for piece in [
        &b"a1 NOOP\r\n"[..],
        &upload,
        b"\r\n",
        &bytes(70_000),
        b"a2 LOGOUT\r\n",
    ] {
        write_all(&mut stack, &mut wire, piece).unwrap();
        expected.extend(piece);
        assert!(unpacked(&wire.to_server) == expected);
        stack.release();
        assert_eq!(stack.buffer_bytes(), 0);
    }
    // 300 kB of one letter shrink; the rest does not grow by more than the headers of blocks.
    assert!(wire.to_server.len() < 72_000, "{}", wire.to_server.len());
}

/// DESIGN.md law 4: what was taken was sent, but for one step.
#[test]
fn nothing_is_taken_while_compressed_data_waits() {
    let mut stack = compressed();
    let text = bytes(200_000);
    let mut data = &text[..];
    let mut tap = Tap(10);
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 64 * 1024);
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 0);
    assert!(stack.wants_write() && !stack.flush(&mut tap).unwrap());
    assert!(
        stack.buffer_bytes() < 128 * 1024,
        "{}",
        stack.buffer_bytes()
    );
    tap.0 = usize::MAX;
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 64 * 1024);
}

/// SECURITY.md row C20: nothing that was sent before makes what is sent now any shorter.
#[test]
fn c20_no_write_tells_of_an_earlier_one() {
    let mut wire = Wire::new(Plan::WHOLE);
    let mut stack = compressed();
    let secret = bytes(3000);
    let mut sizes = Vec::new();
    for _ in 0..3 {
        write_all(&mut stack, &mut wire, &secret).unwrap();
        sizes.push(std::mem::take(&mut wire.to_server).len());
    }
    assert_eq!(sizes, [sizes[0]; 3]);
}

/// The compressor ends a block of its own at 31 KiB of such bytes, in the middle of a flush.
#[test]
fn a_flush_is_complete_at_every_length_around_a_block() {
    for length in (31_735..31_755).chain(63_480..63_500) {
        let mut wire = Wire::new(Plan::WHOLE);
        let mut stack = compressed();
        let upload = bytes(length);
        write_all(&mut stack, &mut wire, &upload).unwrap();
        write_all(&mut stack, &mut wire, b"a1 NOOP\r\n").unwrap();
        assert!(unpacked(&wire.to_server) == [&upload[..], b"a1 NOOP\r\n"].concat());
    }
}

/// RFC 1951 §3.2.4: a command costs five bytes and no compressor.
#[test]
fn a_command_is_a_stored_block() {
    let mut wire = Wire::new(Plan::WHOLE);
    let mut stack = compressed();
    let mut data = bytes::Buf::chain(&b"a1 "[..], &b"NOOP\r\n"[..]);
    assert_eq!(stack.write(&mut wire, &mut data).unwrap(), 9);
    assert_eq!(wire.to_server, b"\x00\x09\x00\xf6\xffa1 NOOP\r\n");
}

/// An upload that is given in steps is compressed as one stream, and a flush in between costs
/// nothing but bytes.
#[test]
fn an_upload_survives_flushes_at_any_place() {
    let text: Vec<u8> = b"Lorem ipsum dolor sit amet. ".repeat(10_000);
    for flush_every in [0, 1, 2] {
        let mut wire = Wire::new(Plan::WHOLE);
        let mut stack = compressed();
        let mut data = &text[..];
        let mut turn = 0;
        while !data.is_empty() {
            turn += 1;
            let taken = stack.write(&mut wire, &mut data).unwrap();
            assert!(taken <= 64 * 1024);
            if flush_every > 0 && turn % flush_every == 0 {
                flush_all(&mut stack, &mut wire).unwrap();
                assert!(unpacked(&wire.to_server) == text[..text.len() - data.len()]);
            }
        }
        flush_all(&mut stack, &mut wire).unwrap();
        assert!(unpacked(&wire.to_server) == text);
        assert!(wire.to_server.len() < text.len() / 20);
    }
}

/// The server's own view: one inflater over everything that we ever sent.
#[test]
fn our_stream_is_read_by_a_pulling_decoder_too() {
    let mut wire = Wire::new(Plan::WHOLE);
    let mut stack = compressed();
    for round in 0..50 {
        write_all(&mut stack, &mut wire, &bytes(round * 200)).unwrap();
    }
    let expected: Vec<u8> = (0..50).flat_map(|round| bytes(round * 200)).collect();
    let mut text = vec![0; expected.len()];
    flate2::read::DeflateDecoder::new(&wire.to_server[..])
        .read_exact(&mut text)
        .unwrap();
    assert!(text == expected);
}

/// RFC 8437 §4: ours ends behind the command, theirs behind the OK, wherever the bytes are cut
/// and whether the server's stream ends with a flush or with a last block.
#[test]
fn unauthenticate_ends_both_halves() {
    let ok = b"* 1 EXISTS\r\na9 OK done\r\n";
    for stream in [
        packed(&[ok]),
        packed(&[b"* 1 EXISTS\r\n", b"a9 OK done\r\n"]),
        finished(ok),
    ] {
        let plain = b"* BYE later\r\n";
        let all = [&stream[..], plain].concat();
        for read in (1..=all.len()).chain([usize::MAX]) {
            let mut wire = Wire::holding(
                &all,
                Plan {
                    read,
                    ..Plan::WHOLE
                },
            );
            let mut stack = compressed();
            write_all(&mut stack, &mut wire, b"a9 UNAUTHENTICATE\r\n").unwrap();
            stack.end_sent_compression().unwrap();
            write_all(&mut stack, &mut wire, b"a10 NOOP\r\n").unwrap();
            let ours = [
                &b"\x00\x13\x00\xec\xffa9 UNAUTHENTICATE\r\n"[..],
                b"a10 NOOP\r\n",
            ]
            .concat();
            assert_eq!(wire.to_server, ours);

            let mut input = Vec::new();
            loop {
                match stack.read(&mut wire, &mut input).unwrap() {
                    Received::Bytes(_) if input == ok => stack.end_received_compression(),
                    Received::Bytes(_) | Received::Again => {}
                    Received::Blocked => break,
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(input, [&ok[..], plain].concat(), "in pieces of {read}");
            assert!(!stack.is_compressed());
            stack.release();
            assert_eq!(stack.buffer_bytes(), 0);
        }
    }
}

#[test]
fn an_upload_is_ended_before_plain_bytes() {
    let mut wire = Wire::new(Plan {
        write: 100,
        block_every: 3,
        ..Plan::WHOLE
    });
    let mut stack = compressed();
    let upload = bytes(200_000);
    let mut data = &upload[..];
    while !data.is_empty() {
        stack.write(&mut wire, &mut data).unwrap();
    }
    stack.end_sent_compression().unwrap();
    assert!(stack.wants_write());
    write_all(&mut stack, &mut wire, b"plain").unwrap();
    let stream = wire.to_server.strip_suffix(b"plain").unwrap();
    assert!(unpacked(stream) == upload);
}

#[test]
fn compression_starts_only_once_and_without_it_nothing_ends() {
    let mut stack = compressed();
    assert!(matches!(
        stack.start_compression(b""),
        Err(LayerError::AlreadyActive)
    ));
    let mut stack = Stack::plain();
    stack.end_sent_compression().unwrap();
    stack.end_received_compression();
    let mut wire = Wire::new(Plan::WHOLE);
    write_all(&mut stack, &mut wire, b"x").unwrap();
    assert_eq!(wire.to_server, b"x");
}

#[cfg(feature = "tls")]
#[test]
fn compression_lies_above_tls() {
    use super::server::{connected, server_name_of_host, trusting};
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        for plan in [
            Plan::WHOLE,
            Plan {
                read: 700,
                write: 90,
                block_every: 3,
                ..Plan::WHOLE
            },
        ] {
            let mut wire = Wire::new(plan);
            let (mut stack, mut server) = connected(&[version], &mut wire);
            stack.start_compression(b"").unwrap();
            let again = stack.start_tls(trusting(), server_name_of_host());
            assert!(matches!(again, Err(LayerError::AlreadyActive)));
            let ours = vec![b'o'; 100_000];
            write_all(&mut stack, &mut wire, &ours).unwrap();
            server.turn(&mut wire).unwrap();
            assert!(unpacked(&server.received) == ours);
            let theirs = [bytes(50_000), vec![b't'; 400_000]].concat();
            server.say(&mut wire, &packed(&[&theirs]));
            server.connection.send_close_notify();
            server.send(&mut wire);
            let mut input = Vec::new();
            assert_eq!(
                read_all(&mut stack, &mut wire, &mut input).unwrap(),
                Received::End
            );
            assert!(input == theirs);
            assert!(stack.closed_cleanly());
            stack.release();
            assert_eq!(stack.buffer_bytes(), 0);
        }
    }
}

/// A raw stream of random blocks: every level, and flushes of every kind at random places.
fn any_stream() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let piece = (0usize..20_000, any::<u8>(), 0u8..4);
    (proptest::collection::vec(piece, 1..6), 0u32..10).prop_map(|(pieces, level)| {
        let mut compress = Compress::new(Compression::new(level), false);
        let (mut text, mut stream) = (Vec::new(), Vec::new());
        for (length, seed, kind) in pieces {
            let piece: Vec<u8> = match kind {
                0 => vec![seed; length],
                _ => bytes(length).iter().map(|byte| byte ^ seed).collect(),
            };
            let flush = if kind == 1 {
                FlushCompress::Full
            } else {
                FlushCompress::Sync
            };
            stream.reserve(length * 2 + 1000);
            compress.compress_vec(&piece, &mut stream, flush).unwrap();
            text.extend(piece);
        }
        (text, stream)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// DESIGN.md law 10 for this floor.
    #[test]
    fn chunking_changes_nothing(
        (text, stream) in any_stream(),
        read in prop_oneof![1usize..50, 50usize..40_000],
        window in prop_oneof![1usize..50, 50usize..70_000],
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(stream.len());
        let mut wire = Wire::holding(&stream[cut..], Plan { read, ..Plan::WHOLE });
        let mut stack = Stack::plain();
        stack.start_compression(&stream[..cut]).unwrap();
        let mut sink = Windows(Vec::new(), window);
        while stack.read(&mut wire, &mut sink).unwrap() != Received::Blocked {}
        prop_assert!(sink.0 == text);
        stack.release();
        prop_assert_eq!(stack.buffer_bytes(), 0);
    }

    /// Noise gives the same bytes and the same end however it is cut.
    #[test]
    fn noise_ends_alike_however_it_is_cut(
        (_, mut stream) in any_stream(),
        noise in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..5),
        read in 1usize..100,
        window in 1usize..40_000,
    ) {
        for (at, byte) in noise {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        let run = |read, window| {
            let mut wire = Wire::holding(&stream, Plan { read, ..Plan::WHOLE });
            wire.eof = true;
            let mut stack = compressed();
            let mut sink = Windows(Vec::new(), window);
            let end = loop {
                match stack.read(&mut wire, &mut sink) {
                    Ok(Received::Bytes(_) | Received::Again) => {}
                    Ok(end) => break Ok((end, stack.closed_cleanly())),
                    Err(error) => break Err(error.to_string()),
                }
            };
            (sink.0, end)
        };
        prop_assert!(run(read, window) == run(usize::MAX, 64 * 1024));
    }

    /// Whatever we write, in whatever pieces, the peer can read.
    #[test]
    fn our_stream_is_read_by_flate2(
        pieces in proptest::collection::vec((0usize..90_000, any::<bool>()), 1..6),
        write in prop_oneof![1usize..50, 50usize..9000],
        block_every in prop_oneof![Just(0usize), 2usize..5],
    ) {
        let mut wire = Wire::new(Plan { write, block_every, ..Plan::WHOLE });
        let mut stack = compressed();
        let mut expected = Vec::new();
        for (length, same) in pieces {
            let piece = if same { vec![7; length] } else { bytes(length) };
            write_all(&mut stack, &mut wire, &piece).unwrap();
            expected.extend(piece);
            prop_assert!(unpacked(&wire.to_server) == expected);
        }
    }
}
