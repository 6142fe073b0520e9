//! Small proxies on loopback, SOCKS5 and HTTP, that lead to one port whatever they are asked for.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// How a proxy behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SOCKS5 (RFC 1928) without a login.
    Socks,
    /// SOCKS5 that wants `user` and `secret` (RFC 1929).
    SocksLogin,
    /// SOCKS5 that refuses every host (reply 5).
    SocksRefusing,
    /// HTTP CONNECT.
    Http,
    /// HTTP CONNECT that wants `user` and `secret`.
    HttpLogin,
    /// It accepts and says nothing.
    Silent,
}

/// A running proxy. Its threads end with their connections, the acceptor with the process.
pub struct Tunnel {
    address: SocketAddr,
    asked: Receiver<String>,
}

impl Tunnel {
    /// A proxy to a port on 127.0.0.1.
    pub fn start(kind: Kind, target: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, asked) = channel();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let sender = sender.clone();
                // A client that leaves, or is refused, ends its own connection only.
                thread::spawn(move || serve(kind, &client, target, &sender));
            }
        });
        Self { address, asked }
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The next `host:port` that was asked for.
    pub fn asked(&self) -> String {
        self.asked.recv().expect("a client asks")
    }
}

fn serve(kind: Kind, client: &TcpStream, target: u16, asked: &Sender<String>) -> io::Result<()> {
    let open = match kind {
        Kind::Socks | Kind::SocksLogin | Kind::SocksRefusing => socks(kind, client, asked)?,
        Kind::Http | Kind::HttpLogin => http(kind, client, asked)?,
        Kind::Silent => {
            io::copy(&mut &*client, &mut io::sink())?;
            false
        }
    };
    if !open {
        return Ok(());
    }
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, target))?;
    let back = (server.try_clone()?, client.try_clone()?);
    let thread = thread::spawn(move || pass(&back.0, &back.1));
    pass(client, &server);
    let _ = thread.join();
    Ok(())
}

fn pass(from: &TcpStream, to: &TcpStream) {
    // Either end may go at any time.
    let _ = io::copy(&mut &*from, &mut &*to);
    let _ = to.shutdown(Shutdown::Write);
}

fn take<const N: usize>(mut client: &TcpStream) -> io::Result<[u8; N]> {
    let mut octets = [0; N];
    client.read_exact(&mut octets)?;
    Ok(octets)
}

fn text(mut client: &TcpStream) -> io::Result<String> {
    let [length] = take(client)?;
    let mut octets = vec![0; length.into()];
    client.read_exact(&mut octets)?;
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

fn socks(kind: Kind, mut client: &TcpStream, asked: &Sender<String>) -> io::Result<bool> {
    let [version, methods] = take(client)?;
    assert_eq!(version, 5);
    let mut offered = vec![0; methods.into()];
    client.read_exact(&mut offered)?;
    if kind == Kind::SocksLogin {
        if !offered.contains(&2) {
            client.write_all(&[5, 0xff])?;
            return Ok(false);
        }
        client.write_all(&[5, 2])?;
        let [_version] = take(client)?;
        let good = (text(client)?, text(client)?) == ("user".into(), "secret".into());
        client.write_all(&[1, u8::from(!good)])?;
        if !good {
            return Ok(false);
        }
    } else {
        client.write_all(&[5, 0])?;
    }
    let [_version, command, _reserved, form] = take(client)?;
    assert_eq!(command, 1);
    let host = match form {
        1 => Ipv4Addr::from(take::<4>(client)?).to_string(),
        3 => text(client)?,
        other => panic!("an address of type {other}"),
    };
    let port = u16::from_be_bytes(take(client)?);
    let _ = asked.send(format!("{host}:{port}"));
    let reply = if kind == Kind::SocksRefusing { 5 } else { 0 };
    client.write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0])?;
    Ok(reply == 0)
}

fn http(kind: Kind, mut client: &TcpStream, asked: &Sender<String>) -> io::Result<bool> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.extend(take::<1>(client)?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let host = head.strip_prefix("CONNECT ").expect("CONNECT");
    let _ = asked.send(host.split(' ').next().unwrap_or_default().to_owned());
    // `user:secret` in base64.
    let known = head.contains("\r\nProxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n");
    if kind == Kind::HttpLogin && !known {
        client.write_all(b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\n\r\n")?;
        return Ok(false);
    }
    client.write_all(b"HTTP/1.1 200 Connection established\r\nVia: a test\r\n\r\n")?;
    Ok(true)
}
