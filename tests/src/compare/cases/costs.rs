//! What answers cost, as ratios: 1.15, 14 and 15.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use imap_proto_core::encode::Noop;
use imap_proto_core::engine::ConnectionError;
use imap_proto_core::session::Error;
use imap_proto_core::types::{Section, SequenceNumber};

use super::{Kit, Place, Verdict, check, failed, open, same, selected, text};

/// NOOP commands that are waited for.
const NOOPS: u32 = 2000;
/// The CPU time that one may cost, in that of a plain socket's. Built without optimization, a
/// client is compared with a socket whose work is in the kernel.
const FACTOR: u32 = if cfg!(debug_assertions) { 40 } else { 4 };

pub(super) async fn long_line<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let mut times = [Duration::ZERO; 2];
    for (time, (number, mebibytes)) in times.iter_mut().zip([(1, 4), (2, 16)]) {
        let began = Instant::now();
        let mut body = client
            .session()
            .fetch_body(SequenceNumber(number), Section::Full);
        let mut octets = 0;
        while let Some(chunk) = K::chunk(&mut body).await {
            octets += chunk.map_err(text)?.len();
        }
        same("octets", octets, mebibytes << 20)?;
        *time = began.elapsed();
    }
    let [four, sixteen] = times;
    // Four times, and as much again for what else the machine does; growth by the square is 16.
    let bound = four * 8 + Duration::from_millis(50);
    check(&format!("{sixteen:?} <= {bound:?}"), sixteen <= bound)
}

pub(super) async fn endless_line<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    match failed(client.run(Noop).await)? {
        Error::Connection(ConnectionError::LimitExceeded(limit), _) => {
            same("limit", limit, "max_response")
        }
        other => Err(format!("{other}")),
    }
}

pub(super) async fn rate<K: Kit>(place: &Place) -> Verdict {
    let raw = raw(place.port).map_err(text)?;
    let client: K = selected(place).await?;
    let before = cpu_time()?;
    for _ in 0..NOOPS {
        client.run(Noop).await.map_err(text)?;
    }
    let ours = cpu_time()?.saturating_sub(before);
    check(
        &format!("CPU {ours:?}, a socket's {raw:?}"),
        ours <= raw * FACTOR,
    )
}

/// The CPU time of a socket that does the same.
fn raw(port: u16) -> io::Result<Duration> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let mut room = [0; 4096];
    let mut ask = |line: &[u8], end: &[u8]| -> io::Result<()> {
        stream.write_all(line)?;
        let mut said = Vec::new();
        while !said.windows(end.len()).any(|window| window == end) || !said.ends_with(b"\n") {
            let count = stream.read(&mut room)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            said.extend_from_slice(&room[..count]);
        }
        Ok(())
    };
    ask(b"", b"PREAUTH")?;
    ask(b"s SELECT INBOX\r\n", b"s OK")?;
    let before = cpu_time().map_err(io::Error::other)?;
    for _ in 0..NOOPS {
        ask(b"n NOOP\r\n", b"n OK")?;
    }
    let after = cpu_time().map_err(io::Error::other)?;
    ask(b"z LOGOUT\r\n", b"z OK")?;
    Ok(after.saturating_sub(before))
}

/// The CPU time of the threads of this process so far.
fn cpu_time() -> Result<Duration, super::Failure> {
    let mut nanoseconds = 0;
    for task in std::fs::read_dir("/proc/self/task").map_err(text)? {
        let file = task.map_err(text)?.path().join("schedstat");
        // A thread may have ended since.
        let stat = std::fs::read_to_string(file).unwrap_or_default();
        let first = stat.split(' ').next().unwrap_or_default();
        nanoseconds += first.parse::<u64>().unwrap_or_default();
    }
    Ok(Duration::from_nanos(nanoseconds))
}
