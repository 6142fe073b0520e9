//! TCP connections: the host's addresses, several attempts side by side (RFC 8305), a proxy.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use imap_proto_core::engine::{Config, Dial};
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

/// Connects to the host of a configuration, or to the proxy that leads there. The stream blocks.
pub(crate) fn dial(config: &Config) -> io::Result<TcpStream> {
    let end = Instant::now() + config.current_timeouts().connect;
    let dial = config.current_dial();
    #[cfg(feature = "proxy")]
    if let Some(proxy) = &dial.proxy {
        let stream = connect(proxy.host(), proxy.port(), dial, end)?;
        crate::proxy::through(&stream, proxy, bare(config.host()), config.port(), end)?;
        return Ok(stream);
    }
    connect(config.host(), config.port(), dial, end)
}

fn connect(host: &str, port: u16, dial: &Dial, end: Instant) -> io::Result<TcpStream> {
    let addresses = dial.arrange(resolve(bare(host), port, end)?);
    let stream = race(&addresses, dial, end)?;
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    if let Some(interval) = dial.keepalive {
        SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(interval))?;
    }
    Ok(stream)
}

/// The addresses of a host. The system's resolver can only block, so it has a thread of its own
/// and is left alone when the time is over.
fn resolve(host: &str, port: u16, end: Instant) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![(address, port).into()]);
    }
    let name = host.to_owned();
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::Builder::new()
        .name(format!("resolve {name}"))
        .spawn(move || {
            let found = (name.as_str(), port).to_socket_addrs();
            // Nobody may be left to hear of it.
            let _ = sender.send(found.map(Iterator::collect));
        })?;
    match receiver.recv_timeout(left(end)) {
        Ok(found) => found,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(ErrorKind::TimedOut.into()),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            Err(io::Error::other("the resolver's thread ended"))
        }
    }
}

/// The attempts under way.
struct Race<'a> {
    poll: Poll,
    attempts: Vec<Option<mio::net::TcpStream>>,
    dial: &'a Dial,
    last: io::Error,
}

/// Tries the addresses in order: the next when the one before failed or took
/// [`Dial::attempt_delay`]. The first that connects wins, the others are dropped.
fn race(addresses: &[SocketAddr], dial: &Dial, end: Instant) -> io::Result<TcpStream> {
    let mut race = Race {
        poll: Poll::new()?,
        attempts: Vec::with_capacity(addresses.len()),
        dial,
        last: io::Error::new(ErrorKind::NotFound, "the host has no address to try"),
    };
    let mut events = Events::with_capacity(8);
    let mut waiting = addresses.iter();
    let mut next = Instant::now();
    loop {
        let now = Instant::now();
        if now >= end {
            return Err(ErrorKind::TimedOut.into());
        }
        if race.is_idle() || now >= next {
            match waiting.next() {
                Some(address) => {
                    race.start(*address);
                    next = now + dial.attempt_delay;
                    continue;
                }
                None if race.is_idle() => return Err(race.last),
                None => next = end,
            }
        }
        if let Some(stream) = race.wait(&mut events, left(next.min(end)))? {
            return Ok(stream);
        }
    }
}

impl Race<'_> {
    fn is_idle(&self) -> bool {
        self.attempts.iter().all(Option::is_none)
    }

    fn start(&mut self, address: SocketAddr) {
        #[cfg(feature = "tracing")]
        tracing::debug!(target: "imap::connect", %address, "trying");
        let token = Token(self.attempts.len());
        let begun = attempt(address, self.dial).and_then(|mut stream| {
            let registry = self.poll.registry();
            registry.register(&mut stream, token, Interest::WRITABLE)?;
            Ok(stream)
        });
        let begun = begun.map_err(|error| self.failed(error));
        self.attempts.push(begun.ok());
    }

    /// Waits; a stream if an attempt succeeded.
    fn wait(&mut self, events: &mut Events, time: Duration) -> io::Result<Option<TcpStream>> {
        match self.poll.poll(events, Some(time)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        for event in events.iter() {
            let Some(slot) = self.attempts.get_mut(event.token().0) else {
                continue;
            };
            let Some(stream) = slot.take() else { continue };
            match outcome(&stream) {
                Ok(true) => return self.won(stream).map(Some),
                Ok(false) => *slot = Some(stream),
                Err(error) => self.failed(error),
            }
        }
        Ok(None)
    }

    fn won(&self, mut stream: mio::net::TcpStream) -> io::Result<TcpStream> {
        self.poll.registry().deregister(&mut stream)?;
        Ok(stream.into())
    }

    fn failed(&mut self, error: io::Error) {
        #[cfg(feature = "tracing")]
        tracing::debug!(target: "imap::connect", %error, "failed");
        self.last = error;
    }
}

/// Begins to connect.
fn attempt(address: SocketAddr, dial: &Dial) -> io::Result<mio::net::TcpStream> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if let Some(local) = dial.local_address {
        socket.bind(&SocketAddr::new(local, 0).into())?;
    }
    match socket.connect(&address.into()) {
        Err(error) if !is_under_way(&error) => Err(error),
        _ => Ok(mio::net::TcpStream::from_std(socket.into())),
    }
}

/// Whether a connect that does not block has only begun.
fn is_under_way(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::EINPROGRESS) {
        return true;
    }
    error.kind() == ErrorKind::WouldBlock
}

/// Whether an attempt succeeded, or why it did not; false: it goes on.
fn outcome(stream: &mio::net::TcpStream) -> io::Result<bool> {
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotConnected || is_under_way(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

pub(crate) fn left(end: Instant) -> Duration {
    end.saturating_duration_since(Instant::now())
}

/// A host without the brackets that an IPv6 address may have.
fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::net::TcpListener;

    /// A port that lets attempts wait for ever: its queue is full.
    pub(crate) struct Deaf {
        address: SocketAddr,
        _listener: Socket,
        _waiting: Vec<Socket>,
    }

    fn deaf() -> Deaf {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        listener.bind(&any.into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let waiting = (0..8).map(|_| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_nonblocking(true).unwrap();
            // The first few are queued, the others never answered.
            let _ = socket.connect(&address.into());
            socket
        });
        let waiting = waiting.collect();
        Deaf {
            address,
            _listener: listener,
            _waiting: waiting,
        }
    }

    /// RFC 8305 §5: the second address is tried after the delay, and the first does no harm.
    #[test]
    fn an_address_that_does_not_answer_costs_the_delay_only() {
        let deaf = deaf();
        let good = TcpListener::bind("127.0.0.1:0").unwrap();
        let addresses = [deaf.address, good.local_addr().unwrap()];
        let began = Instant::now();
        let end = began + Duration::from_secs(30);
        let stream = race(&addresses, &Dial::default(), end).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), addresses[1]);
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(250), "{took:?}");
        assert!(took < Duration::from_secs(10), "{took:?}");
    }

    #[test]
    fn an_address_that_refuses_costs_nothing_and_the_last_refusal_is_told() {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
        let gone = gone.unwrap();
        let good = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut dial = Dial::default();
        dial.attempt_delay = Duration::from_secs(1000);
        let end = Instant::now() + Duration::from_secs(30);
        let stream = race(&[gone, good.local_addr().unwrap()], &dial, end).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good.local_addr().unwrap());
        let error = race(&[gone, gone], &dial, end).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let error = race(&[], &dial, end).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    #[test]
    fn time_runs_out_over_all_attempts() {
        let deaf = deaf();
        let end = Instant::now() + Duration::from_millis(200);
        let error = race(&[deaf.address; 3], &Dial::default(), end).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn the_system_asks_for_a_silent_peer_after_the_configured_time() {
        let good = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = good.local_addr().unwrap().port();
        let end = Instant::now() + Duration::from_secs(30);
        let mut dial = Dial::default();
        dial.keepalive = Some(Duration::from_secs(77));
        let stream = connect("127.0.0.1", port, &dial, end).unwrap();
        assert!(stream.nodelay().unwrap());
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        assert_eq!(
            socket.tcp_keepalive_time().unwrap(),
            Duration::from_secs(77)
        );
        dial.keepalive = None;
        let stream = connect("[127.0.0.1]", port, &dial, end).unwrap();
        assert!(!SockRef::from(&stream).keepalive().unwrap());
    }
}
