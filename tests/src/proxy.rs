//! A TCP proxy on loopback that behaves like a network: far away, slow, broken, stuck, noisy.
//!
//! It passes octets and knows no protocol, so it stands below TLS and below DEFLATE where a connection has them. Latency
//! does not limit bandwidth: octets travel while others do. Octets are never reordered: TCP promises that.

use std::collections::{BTreeMap, VecDeque};
use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

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
    /// After this many bytes nothing is passed on for a while.
    pub pause_after: Option<(u64, Duration)>,
    /// After this many bytes this direction ends in good order; the other goes on. What still comes is thrown away.
    pub half_close_after: Option<u64>,
    /// After this many bytes both connections are reset (RST, RFC 9293 §3.5.2).
    pub reset_after: Option<u64>,
    /// The byte behind this many bytes arrives as another one.
    pub corrupt_at: Option<u64>,
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
    runtime: Option<Runtime>,
}

/// Gives the plan of each connection, by its number.
type Plans = Box<dyn FnMut(u64) -> Plan + Send>;

struct Shared {
    target: SocketAddr,
    plans: Mutex<(u64, Plans)>,
    cut: watch::Sender<()>,
    open: AtomicUsize,
    to_server: AtomicU64,
    to_client: AtomicU64,
    injected: Mutex<BTreeMap<&'static str, u64>>,
}

impl Proxy {
    /// Starts a proxy to a port on 127.0.0.1 that does the same to each connection.
    pub fn start(target_port: u16, plan: Plan) -> io::Result<Self> {
        Self::start_with(target_port, move |_| plan)
    }

    /// Starts a proxy to a port on 127.0.0.1 that asks for the plan of each connection; they are numbered from 0.
    pub fn start_with(
        target_port: u16,
        plans: impl FnMut(u64) -> Plan + Send + 'static,
    ) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            target: (Ipv4Addr::LOCALHOST, target_port).into(),
            plans: Mutex::new((0, Box::new(plans))),
            cut: watch::Sender::new(()),
            open: AtomicUsize::new(0),
            to_server: AtomicU64::new(0),
            to_client: AtomicU64::new(0),
            injected: Mutex::default(),
        });
        let mut runtime = Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).thread_name("proxy").enable_all();
        let runtime = runtime.build()?;
        let own = Arc::clone(&shared);
        runtime.spawn(async move { own.accept(listener).await });
        Ok(Self {
            address,
            shared,
            runtime: Some(runtime),
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

    /// How many faults there were so far, by their kind. Latency, drip and throttling count once for each direction of a
    /// connection that passed anything.
    pub fn injected(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.shared.injected).clone()
    }

    /// Connections that it still holds.
    pub fn open(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        self.shared.cut.send_replace(());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Its threads end soon, with all sockets; waiting for them is not allowed within another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// How a connection ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Break {
    Cut,
    Reset,
}

/// What comes to pass behind so many bytes.
#[derive(Debug, Clone, Copy)]
enum Event {
    Pause(Duration),
    HalfClose,
    Break(Break),
}

type Chunk = (Instant, Vec<u8>);

impl Shared {
    async fn accept(self: Arc<Self>, listener: std::net::TcpListener) -> io::Result<()> {
        let listener = TcpListener::from_std(listener)?;
        loop {
            let Ok((client, _)) = listener.accept().await else {
                // Out of descriptors: some will be free again.
                sleep(Duration::from_millis(10)).await;
                continue;
            };
            let own = Arc::clone(&self);
            tokio::spawn(async move {
                own.open.fetch_add(1, Ordering::SeqCst);
                // A server that cannot be reached is a connection that ends.
                let _ = own.serve(client).await;
                own.open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    }

    fn plan(&self) -> Plan {
        let mut plans = lock(&self.plans);
        let number = plans.0;
        plans.0 += 1;
        (plans.1)(number)
    }

    async fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        let plan = self.plan();
        let mut cut = self.cut.subscribe();
        let mut server = TcpStream::connect(self.target).await?;
        for socket in [&client, &server] {
            socket.set_nodelay(true)?;
        }
        let end = {
            let (from_client, to_client) = client.split();
            let (from_server, to_server) = server.split();
            let up = self.pump(from_client, to_server, &plan.to_server, &self.to_server);
            let down = self.pump(from_server, to_client, &plan.to_client, &self.to_client);
            tokio::select! {
                end = async { tokio::try_join!(up, down) } => end.err(),
                _ = cut.changed() => Some(Break::Cut),
            }
        };
        for socket in [&client, &server].map(SockRef::from) {
            match end {
                Some(Break::Reset) => socket.set_linger(Some(Duration::ZERO))?,
                // It may be closed already.
                Some(Break::Cut) => drop(socket.shutdown(Shutdown::Both)),
                None => {}
            }
        }
        Ok(())
    }

    /// One direction: one side reads and notes the time, the other writes when the time has come.
    async fn pump(
        &self,
        from: ReadHalf<'_>,
        to: WriteHalf<'_>,
        direction: &Direction,
        passed: &AtomicU64,
    ) -> Result<(), Break> {
        let (sender, receiver) = mpsc::channel(UNDER_WAY);
        let reading = self.read(from, sender, direction.stall_after);
        let writing = self.write(to, receiver, direction, passed);
        tokio::try_join!(reading, writing).map(|_| ())
    }

    async fn read(
        &self,
        mut from: ReadHalf<'_>,
        chunks: mpsc::Sender<Chunk>,
        stall_after: Option<u64>,
    ) -> Result<(), Break> {
        let mut left = stall_after.unwrap_or(u64::MAX);
        let mut buffer = vec![0; 64 * 1024];
        while left > 0 {
            let limit = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
            let count = from.read(&mut buffer[..limit]).await;
            let count = count.map_err(|_| Break::Reset)?;
            let chunk = (Instant::now(), buffer[..count].to_vec());
            if count == 0 || chunks.send(chunk).await.is_err() {
                return Ok(());
            }
            left -= count as u64;
        }
        self.count("stall");
        // Stuck: the channel and the socket stay open until the proxy ends.
        pending().await
    }

    /// Passes chunks on when their time has come.
    async fn write(
        &self,
        mut to: WriteHalf<'_>,
        mut chunks: mpsc::Receiver<Chunk>,
        direction: &Direction,
        passed: &AtomicU64,
    ) -> Result<(), Break> {
        let mut events = direction.events();
        let (drip, pause) = direction.drip.unwrap_or((usize::MAX, Duration::ZERO));
        let mut at = 0;
        let mut open = self.happen(&mut events, at).await?;
        while let Some((came, mut chunk)) = chunks.recv().await {
            if at == 0 {
                self.count_manner(direction);
            }
            if !direction.latency.is_zero() {
                sleep_until(came + direction.latency).await;
            }
            let mut rest = &mut chunk[..];
            while open && !rest.is_empty() {
                let next = events.front().map_or(u64::MAX, |(next, _)| next - at);
                let next = usize::try_from(next).unwrap_or(usize::MAX);
                let (piece, behind) = rest.split_at_mut(rest.len().min(drip.max(1)).min(next));
                self.corrupt(direction, at, piece);
                // The receiver is gone, and its sender shall know.
                to.write_all(piece).await.map_err(|_| Break::Cut)?;
                at += piece.len() as u64;
                passed.fetch_add(piece.len() as u64, Ordering::SeqCst);
                rest = behind;
                if !pause.is_zero() {
                    sleep(pause).await;
                }
                open = self.happen(&mut events, at).await?;
            }
            if !open {
                // It may be closed already.
                let _ = to.shutdown().await;
            }
        }
        let _ = to.shutdown().await;
        Ok(())
    }

    /// What is due behind so many bytes; whether the direction goes on.
    async fn happen(&self, events: &mut VecDeque<(u64, Event)>, at: u64) -> Result<bool, Break> {
        while let Some((_, event)) = events.front().copied().filter(|(due, _)| *due <= at) {
            events.pop_front();
            match event {
                Event::Pause(time) => {
                    self.count("pause");
                    sleep(time).await;
                }
                Event::HalfClose => {
                    self.count("half-close");
                    return Ok(false);
                }
                Event::Break(end) => {
                    self.count(match end {
                        Break::Cut => "cut",
                        Break::Reset => "reset",
                    });
                    return Err(end);
                }
            }
        }
        Ok(true)
    }

    fn corrupt(&self, direction: &Direction, at: u64, piece: &mut [u8]) {
        let index = direction.corrupt_at.and_then(|place| place.checked_sub(at));
        let index = index.and_then(|index| usize::try_from(index).ok());
        if let Some(octet) = index.and_then(|index| piece.get_mut(index)) {
            // Letters and brackets become others, and line ends something else.
            *octet ^= 0x21;
            self.count("corrupt");
        }
    }

    fn count_manner(&self, direction: &Direction) {
        if !direction.latency.is_zero() {
            self.count("delay");
        }
        match direction.drip {
            Some((1, Duration::ZERO)) => self.count("one-byte writes"),
            Some(_) => self.count("throttle"),
            None => {}
        }
    }

    fn count(&self, kind: &'static str) {
        *lock(&self.injected).entry(kind).or_default() += 1;
    }
}

impl Direction {
    /// In the order in which they come to pass.
    fn events(&self) -> VecDeque<(u64, Event)> {
        let pause = self.pause_after.map(|(at, time)| (at, Event::Pause(time)));
        let end = |at: Option<u64>, event| at.map(|at| (at, event));
        let mut events: Vec<_> = [
            pause,
            end(self.half_close_after, Event::HalfClose),
            end(self.reset_after, Event::Break(Break::Reset)),
            end(self.cut_after, Event::Break(Break::Cut)),
        ]
        .into_iter()
        .flatten()
        .collect();
        events.sort_by_key(|(at, _)| *at);
        events.into()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
