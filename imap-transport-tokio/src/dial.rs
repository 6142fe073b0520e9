//! TCP connections: the host's addresses, several attempts side by side (RFC 8305), a proxy.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use imap_proto_core::engine::{Config, Dial};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Connects to the host of a configuration, or to the proxy that leads there.
pub(crate) async fn dial(config: &Config) -> io::Result<TcpStream> {
    let dial = config.current_dial();
    #[cfg(feature = "proxy")]
    if let Some(proxy) = &dial.proxy {
        let stream = connect(proxy.host(), proxy.port(), dial).await?;
        return crate::proxy::through(stream, proxy, bare(config.host()), config.port()).await;
    }
    connect(config.host(), config.port(), dial).await
}

async fn connect(host: &str, port: u16, dial: &Dial) -> io::Result<TcpStream> {
    let addresses = dial.arrange(lookup_host((bare(host), port)).await?);
    let stream = race(addresses, dial).await?;
    stream.set_nodelay(true)?;
    if let Some(interval) = dial.keepalive {
        SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(interval))?;
    }
    Ok(stream)
}

/// Tries the addresses in order: the next when the one before failed or took
/// [`Dial::attempt_delay`]. The first that connects wins, the others are dropped.
async fn race(addresses: Vec<SocketAddr>, dial: &Dial) -> io::Result<TcpStream> {
    let mut last = io::Error::new(ErrorKind::NotFound, "the host has no address to try");
    let mut waiting = addresses.into_iter();
    let mut attempts = JoinSet::new();
    loop {
        match waiting.next() {
            Some(address) => {
                attempts.spawn(attempt(address, dial.clone()));
            }
            None if attempts.is_empty() => return Err(last),
            None => {}
        }
        let more = waiting.len() > 0;
        tokio::select! {
            Some(joined) = attempts.join_next() => match joined {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => {
                    #[cfg(feature = "tracing")]
                    tracing::debug!(target: "imap::connect", %error, "failed");
                    last = error;
                }
                Err(error) => last = io::Error::other(error),
            },
            () = sleep(dial.attempt_delay), if more => {}
        }
    }
}

async fn attempt(address: SocketAddr, dial: Dial) -> io::Result<TcpStream> {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: "imap::connect", %address, "trying");
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(local) = dial.local_address {
        socket.bind((local, 0).into())?;
    }
    socket.connect(address).await
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

    use std::time::{Duration, Instant};

    use socket2::{Domain, Socket, Type};
    use tokio::net::TcpListener;

    /// A port that lets attempts wait for ever, for its queue is full; and what fills it.
    fn deaf() -> (SocketAddr, Vec<Socket>) {
        let socket = || Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let listener = socket();
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        listener.bind(&any.into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let waiting = (0..8).map(|_| {
            let socket = socket();
            socket.set_nonblocking(true).unwrap();
            // The first few are queued, the others never answered.
            let _ = socket.connect(&address.into());
            socket
        });
        let kept = std::iter::once(listener).chain(waiting).collect();
        (address, kept)
    }

    /// RFC 8305 §5: the second address is tried after the delay, and the first does no harm.
    #[tokio::test]
    async fn an_address_that_does_not_answer_costs_the_delay_only() {
        let (deaf, _kept) = deaf();
        let good = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good = good.local_addr().unwrap();
        let began = Instant::now();
        let stream = race(vec![deaf, good], &Dial::default()).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(250), "{took:?}");
        assert!(took < Duration::from_secs(10), "{took:?}");
    }

    #[tokio::test]
    async fn an_address_that_refuses_costs_nothing_and_the_last_refusal_is_told() {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr();
        let gone = gone.unwrap();
        let good = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good_address = good.local_addr().unwrap();
        let mut dial = Dial::default();
        dial.attempt_delay = Duration::from_secs(1000);
        let stream = race(vec![gone, good_address], &dial).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good_address);
        let error = race(vec![gone, gone], &dial).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let error = race(Vec::new(), &dial).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn the_system_asks_for_a_silent_peer_after_the_configured_time() {
        let good = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = good.local_addr().unwrap().port();
        let mut dial = Dial::default();
        dial.keepalive = Some(Duration::from_secs(77));
        let stream = connect("127.0.0.1", port, &dial).await.unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap() && stream.nodelay().unwrap());
        #[cfg(target_os = "linux")]
        assert_eq!(
            socket.tcp_keepalive_time().unwrap(),
            Duration::from_secs(77)
        );
        dial.keepalive = None;
        let stream = connect("[127.0.0.1]", port, &dial).await.unwrap();
        assert!(!SockRef::from(&stream).keepalive().unwrap());
    }
}
