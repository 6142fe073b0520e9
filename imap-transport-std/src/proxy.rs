//! Tunnels through proxies, over a stream that blocks.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use imap_proto_core::engine::{Proxy, ProxyKind};
use imap_proto_core::layer::HttpConnect;
use tokio_socks::io::AsyncSocket;
use tokio_socks::tcp::Socks5Stream;

use crate::dial::left;

/// Opens a tunnel to a host through the proxy at the other end of a stream.
pub(crate) fn through(
    stream: &TcpStream,
    proxy: &Proxy,
    host: &str,
    port: u16,
    end: Instant,
) -> io::Result<()> {
    let timed = Timed { stream, end };
    match proxy.kind() {
        ProxyKind::Socks5 => socks5(timed, proxy, (host, port)),
        ProxyKind::Http => http(timed, proxy, host, port),
        _ => Err(ErrorKind::Unsupported.into()),
    }?;
    stream.set_read_timeout(None)?;
    stream.set_write_timeout(None)
}

fn http(mut stream: Timed<'_>, proxy: &Proxy, host: &str, port: u16) -> io::Result<()> {
    let mut connect = HttpConnect::new(host, port, proxy.login()).map_err(io::Error::other)?;
    stream.write_all(connect.request())?;
    loop {
        let mut octet = [0];
        stream.read_exact(&mut octet)?;
        let [octet] = octet;
        if connect.answer(octet).map_err(io::Error::other)? {
            return Ok(());
        }
    }
}

/// The crate's futures never wait: the stream below them blocks.
fn socks5(stream: Timed<'_>, proxy: &Proxy, target: (&str, u16)) -> io::Result<()> {
    let text;
    let polled = match proxy.login() {
        None => now(Socks5Stream::connect_with_socket(stream, target)),
        Some((user, password)) => {
            text = str::from_utf8(password.expose()).map_err(io::Error::other)?;
            let connecting =
                Socks5Stream::connect_with_password_and_socket(stream, target, user, text);
            now(connecting)
        }
    };
    match polled {
        Some(Ok(_)) => Ok(()),
        Some(Err(tokio_socks::Error::Io(error))) => Err(error),
        Some(Err(error)) => Err(io::Error::other(error)),
        None => Err(io::Error::other("a stream that blocks would block")),
    }
}

/// What a future gives that does not wait.
fn now<F: Future>(future: F) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).as_mut().poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// A stream whose calls block until a certain time at most.
struct Timed<'a> {
    stream: &'a TcpStream,
    end: Instant,
}

impl Timed<'_> {
    fn timed<T>(&mut self, act: impl FnOnce(&mut &TcpStream) -> io::Result<T>) -> io::Result<T> {
        let left = left(self.end);
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.set_write_timeout(Some(left))?;
        act(&mut self.stream).map_err(|error| match error.kind() {
            // What a timeout is called on Unix.
            ErrorKind::WouldBlock => ErrorKind::TimedOut.into(),
            _ => error,
        })
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.timed(|stream| stream.read(buffer))
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.timed(|stream| stream.write(octets))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsyncSocket for Timed<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.read(buffer))
    }

    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.write(octets))
    }
}
