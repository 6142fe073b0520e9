//! A TCP proxy on loopback that behaves like a network: far away, slow, broken, stuck.
//!
//! Latency does not limit bandwidth: bytes travel while others do.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Chunks of at most 64 KiB that are under way in one direction before reading stops.
const UNDER_WAY: usize = 4096;

/// What the proxy does to one direction.
#[derive(Debug, Clone, Copy, Default)]
pub struct Direction {
    /// How long each byte is under way.
    pub latency: Duration,
    /// After this many bytes both directions end at once, as when a cable is cut.
    pub cut_after: Option<u64>,
    /// Bytes that are passed on in one write, and the pause after it.
    pub drip: Option<(usize, Duration)>,
    /// After this many bytes nothing more is read, and the sender feels it.
    pub stall_after: Option<u64>,
}

/// What the proxy does to connections.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plan {
    /// From the client to the server.
    pub to_server: Direction,
    /// From the server to the client.
    pub to_client: Direction,
}

impl Plan {
    /// The same latency in both directions: a round trip takes twice as long.
    pub fn latency(latency: Duration) -> Self {
        let direction = Direction {
            latency,
            ..Direction::default()
        };
        Self {
            to_server: direction,
            to_client: direction,
        }
    }
}

/// A running proxy; dropping it ends its connections.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    target: SocketAddr,
    plan: Plan,
    stopping: AtomicBool,
    sockets: Mutex<Vec<TcpStream>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    to_server: AtomicU64,
    to_client: AtomicU64,
}

impl Proxy {
    /// Starts a proxy to a port on 127.0.0.1.
    pub fn start(target_port: u16, plan: Plan) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            target: (Ipv4Addr::LOCALHOST, target_port).into(),
            plan,
            stopping: AtomicBool::new(false),
            sockets: Mutex::default(),
            threads: Mutex::default(),
            to_server: AtomicU64::new(0),
            to_client: AtomicU64::new(0),
        });
        let own = Arc::clone(&shared);
        let acceptor = Some(std::thread::spawn(move || own.accept(&listener)));
        Ok(Self {
            address,
            shared,
            acceptor,
        })
    }

    /// The port on 127.0.0.1 to connect to.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Bytes passed on so far: to the server, to the client.
    pub fn passed(&self) -> (u64, u64) {
        (
            self.shared.to_server.load(Ordering::SeqCst),
            self.shared.to_client.load(Ordering::SeqCst),
        )
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        self.shared.cut();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the acceptor.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        self.shared.cut();
        let threads = std::mem::take(&mut *lock(&self.shared.threads));
        for thread in threads {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for client in listener.incoming() {
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            // A server that cannot be reached is a connection that ends.
            let _ = client.and_then(|client| self.connect(client));
        }
    }

    fn connect(self: &Arc<Self>, client: TcpStream) -> io::Result<()> {
        let server = TcpStream::connect(self.target)?;
        for socket in [&client, &server] {
            socket.set_nodelay(true)?;
            lock(&self.sockets).push(socket.try_clone()?);
        }
        self.pump(client.try_clone()?, server.try_clone()?, true);
        self.pump(server, client, false);
        Ok(())
    }

    /// One direction: a thread reads and notes the time, another writes when the time has come.
    fn pump(self: &Arc<Self>, from: TcpStream, to: TcpStream, to_server: bool) {
        let direction = if to_server {
            self.plan.to_server
        } else {
            self.plan.to_client
        };
        let (sender, receiver) = sync_channel(UNDER_WAY);
        let shared = Arc::clone(self);
        let reader = std::thread::spawn(move || read(from, &sender, &direction, &shared.stopping));
        let shared = Arc::clone(self);
        let writer = std::thread::spawn(move || {
            let passed = if to_server {
                &shared.to_server
            } else {
                &shared.to_client
            };
            if write(&to, &receiver, &direction, passed).is_ok_and(|cut| cut) {
                shared.cut();
            }
            // It may be closed already.
            let _ = to.shutdown(Shutdown::Write);
        });
        lock(&self.threads).extend([reader, writer]);
    }

    fn cut(&self) {
        for socket in std::mem::take(&mut *lock(&self.sockets)) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

type Chunk = (Instant, Vec<u8>);

fn read(
    mut from: TcpStream,
    chunks: &SyncSender<Chunk>,
    direction: &Direction,
    stopping: &AtomicBool,
) {
    let mut left = direction.stall_after.unwrap_or(u64::MAX);
    let mut buffer = vec![0; 64 * 1024];
    while left > 0 {
        let limit = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        match from.read(&mut buffer[..limit]) {
            Ok(0) | Err(_) => return,
            Ok(count) => {
                left -= count as u64;
                if chunks
                    .send((Instant::now(), buffer[..count].to_vec()))
                    .is_err()
                {
                    return;
                }
            }
        }
    }
    // Stuck: the channel and the socket stay open until the proxy ends.
    while !stopping.load(Ordering::SeqCst) {
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// Passes chunks on when their time has come; true when the direction's cut was reached.
fn write(
    mut to: &TcpStream,
    chunks: &Receiver<Chunk>,
    direction: &Direction,
    passed: &AtomicU64,
) -> io::Result<bool> {
    let mut left = direction.cut_after.unwrap_or(u64::MAX);
    for (came, chunk) in chunks {
        let due = came + direction.latency;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let allowed = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
        let (size, pause) = direction
            .drip
            .unwrap_or_else(|| (allowed.max(1), Duration::ZERO));
        for piece in chunk[..allowed].chunks(size.max(1)) {
            to.write_all(piece)?;
            passed.fetch_add(piece.len() as u64, Ordering::SeqCst);
            if !pause.is_zero() {
                std::thread::sleep(pause);
            }
        }
        left -= allowed as u64;
        if left == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
