//! Memory stays flat, whatever the size of a message.

use std::io::{self, Read};

use imap_proto_core::encode::{Append, AppendMessage, Fetch, FetchItems, FetchSection, Select};
use imap_proto_core::types::{Section, Uid};
use imap_tests::source_server::Source;
use imap_transport_std::{BodySize, Config};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

const MEBIBYTE: u64 = 1024 * 1024;
/// One gibibyte, in MiB: the server takes the size of a body from its UID.
const GIBIBYTE: u32 = 1024;
/// What a gibibyte may add to the process.
const GROWTH: u64 = 4 * MEBIBYTE;

fn source() -> Source {
    Source::start(env!("CARGO_BIN_EXE_imap-source").as_ref(), None)
}

fn config(port: u16) -> Config {
    // The server greets with PREAUTH; nothing secret is sent.
    Config::unencrypted("127.0.0.1").with_port(port)
}

fn body() -> Fetch<Uid> {
    let items = FetchItems::new().section(FetchSection::new(Section::Full));
    Fetch::new(Uid(GIBIBYTE), items)
}

/// The highest memory that the process ever had, in octets.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("VmHWM");
    let kibibytes: u64 = line
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number");
    kibibytes * 1024
}

/// A reader of zeros that ends.
struct Zeros(u64);

impl Read for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = usize::try_from(self.0)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        buffer[..count].fill(b'0');
        self.0 -= count as u64;
        Ok(count)
    }
}

/// One test, since all share the process whose memory is measured.
#[test]
fn a_gibibyte_each_way_leaves_the_process_as_small_as_it_was() {
    let source = source();
    let size = u64::from(GIBIBYTE) * MEBIBYTE;
    let upload = || Append::new("INBOX", AppendMessage::upload(size));
    let session = imap_transport_std::connect(config(source.port())).unwrap();
    session.run(Select::new("INBOX")).wait().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let other = runtime
        .block_on(imap_transport_tokio::connect(config(source.port())))
        .unwrap();
    runtime.block_on(other.run(Select::new("INBOX"))).unwrap();
    let before = peak();

    let mut streamed = session.body(body());
    assert_eq!(streamed.size(), Some(BodySize::Octets(size)));
    assert_eq!(io::copy(&mut streamed, &mut io::sink()).unwrap(), size);
    session.upload_from(upload(), Zeros(size)).unwrap();
    runtime.block_on(async {
        let mut streamed = other.body(body());
        let copied = tokio::io::copy(&mut streamed, &mut tokio::io::sink())
            .await
            .unwrap();
        assert_eq!(copied, size);
        let zeros = tokio::io::AsyncReadExt::take(tokio::io::repeat(b'0'), size);
        other.upload_from(upload(), zeros).await.unwrap();
    });
    let growth = peak() - before;
    println!("grew by {} KiB", growth / 1024);
    assert!(growth < GROWTH, "grew by {growth} octets");
}

#[test]
fn a_streamed_body_allocates_a_constant_amount() {
    let source = source();
    let session = imap_transport_std::connect(config(source.port())).unwrap();
    session.run(Select::new("INBOX")).wait().unwrap();
    let region = Region::new(ALLOCATOR);
    io::copy(&mut session.body(body()), &mut io::sink()).unwrap();
    let change = region.change();
    let held = change
        .bytes_allocated
        .saturating_sub(change.bytes_deallocated) as u64;
    assert!(held < GROWTH, "{held} octets of heap are left");
}
