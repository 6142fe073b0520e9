//! The proxy before an echo.

use super::*;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

/// A server that sends back what it is sent.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut reader, _) = listener.accept().unwrap();
        let mut writer = reader.try_clone().unwrap();
        // It ends with the connection.
        let _ = io::copy(&mut reader, &mut writer);
        let _ = writer.shutdown(Shutdown::Write);
    });
    port
}

/// A server that takes any number of connections and says nothing.
fn silent() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let held: Vec<_> = listener.incoming().take(2).collect();
        for mut stream in held.into_iter().flatten() {
            // It ends with the connection.
            let _ = io::copy(&mut stream, &mut io::sink());
        }
    });
    port
}

/// Waits until it is so.
fn until(is: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is() {
        assert!(Instant::now() < end, "it never was");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn client(proxy: &Proxy) -> TcpStream {
    let socket = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    socket
}

#[test]
fn latency_delays_every_byte_and_limits_no_bandwidth() {
    let latency = Duration::from_millis(50);
    let proxy = Proxy::start(echo(), Plan::latency(latency)).unwrap();
    let mut socket = client(&proxy);
    let began = Instant::now();
    let mut sender = socket.try_clone().unwrap();
    let bytes = vec![7; 4_000_000];
    let sending = bytes.clone();
    let thread = std::thread::spawn(move || {
        sender.write_all(&sending).unwrap();
        sender.shutdown(Shutdown::Write).unwrap();
    });
    let mut first = [0];
    socket.read_exact(&mut first).unwrap();
    assert!(began.elapsed() >= 2 * latency);
    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).unwrap();
    thread.join().unwrap();
    assert_eq!(rest.len() + 1, bytes.len());
    // One chunk a round trip would take 61 of them, 6 seconds.
    assert!(began.elapsed() < 40 * latency, "{:?}", began.elapsed());
    assert_eq!(proxy.passed(), (4_000_000, 4_000_000));
}

#[test]
fn a_cut_comes_after_its_byte() {
    let to_client = Direction {
        cut_after: Some(5),
        drip: Some((2, Duration::ZERO)),
        ..Direction::default()
    };
    let proxy = Proxy::start(
        echo(),
        Plan {
            to_client,
            ..Plan::default()
        },
    )
    .unwrap();
    let mut socket = client(&proxy);
    socket.write_all(b"0123456789").unwrap();
    let mut got = Vec::new();
    // The end may be a reset.
    let _ = socket.read_to_end(&mut got);
    assert_eq!(got, b"01234");
}

#[test]
fn a_stalled_direction_passes_no_more() {
    let to_server = Direction {
        stall_after: Some(3),
        ..Direction::default()
    };
    let proxy = Proxy::start(
        echo(),
        Plan {
            to_server,
            ..Plan::default()
        },
    )
    .unwrap();
    let mut socket = client(&proxy);
    socket.write_all(b"0123456789").unwrap();
    let mut got = [0; 3];
    socket.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"012");
    socket
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    assert!(socket.read(&mut got).is_err());
    assert_eq!(proxy.passed().0, 3);
}

/// A client through a proxy that does this to what the server sends.
fn faulty(to_client: Direction) -> (Proxy, TcpStream) {
    let plan = Plan {
        to_client,
        ..Plan::default()
    };
    let proxy = Proxy::start(echo(), plan).unwrap();
    let socket = client(&proxy);
    (proxy, socket)
}

/// What comes until the end, and how the end is told.
fn to_the_end(mut socket: &TcpStream) -> (Vec<u8>, Option<io::ErrorKind>) {
    let mut got = Vec::new();
    let end = socket.read_to_end(&mut got).err();
    (got, end.map(|error| error.kind()))
}

#[test]
fn a_half_closed_direction_ends_in_good_order_and_the_other_goes_on() {
    let half_close_after = Some(5);
    let (proxy, mut socket) = faulty(Direction {
        half_close_after,
        ..Direction::default()
    });
    socket.write_all(b"0123456789").unwrap();
    assert_eq!(to_the_end(&socket), (b"01234".to_vec(), None));
    socket.write_all(b"more").unwrap();
    until(|| proxy.passed().0 == 14);
    assert_eq!(proxy.injected(), [("half-close", 1)].into());
}

#[test]
fn a_reset_is_one() {
    let reset_after = Some(5);
    let (proxy, mut socket) = faulty(Direction {
        reset_after,
        ..Direction::default()
    });
    socket.write_all(b"0123456789").unwrap();
    let (got, end) = to_the_end(&socket);
    assert!(b"01234".starts_with(&got), "{got:?}");
    assert_eq!(end, Some(io::ErrorKind::ConnectionReset));
    assert_eq!(proxy.injected(), [("reset", 1)].into());
}

#[test]
fn one_byte_is_another_and_the_rest_is_as_it_was() {
    let corrupt_at = Some(3);
    let (proxy, mut socket) = faulty(Direction {
        corrupt_at,
        drip: Some((1, Duration::ZERO)),
        ..Direction::default()
    });
    socket.write_all(b"aaaaaa").unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    assert_eq!(to_the_end(&socket), (b"aaa@aa".to_vec(), None));
    let expected = [("corrupt", 1), ("one-byte writes", 1)];
    assert_eq!(proxy.injected(), expected.into());
}

#[test]
fn a_pause_and_a_throttle_lose_nothing() {
    let (proxy, mut socket) = faulty(Direction {
        pause_after: Some((4, Duration::from_millis(20))),
        drip: Some((3, Duration::from_millis(1))),
        ..Direction::default()
    });
    let began = Instant::now();
    socket.write_all(b"0123456789").unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    assert_eq!(to_the_end(&socket), (b"0123456789".to_vec(), None));
    assert!(began.elapsed() >= Duration::from_millis(20));
    assert_eq!(proxy.injected(), [("pause", 1), ("throttle", 1)].into());
}

#[test]
fn each_connection_has_its_plan_and_all_can_be_cut() {
    let proxy = Proxy::start_with(silent(), |number| {
        let mut plan = Plan::default();
        plan.to_server.cut_after = (number == 0).then_some(2);
        plan
    })
    .unwrap();
    let mut first = client(&proxy);
    first.write_all(b"0123").unwrap();
    to_the_end(&first);
    assert_eq!(proxy.passed(), (2, 0));
    let mut second = client(&proxy);
    second.write_all(b"0123").unwrap();
    until(|| proxy.passed() == (6, 0) && proxy.open() == 1);
    proxy.cut();
    to_the_end(&second);
    until(|| proxy.open() == 0);
}
