//! Tunnels through proxies.

use std::io::{self, ErrorKind};

use imap_proto_core::engine::{Proxy, ProxyKind};
use imap_proto_core::layer::HttpConnect;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_socks::tcp::Socks5Stream;

/// Opens a tunnel to a host through the proxy at the other end of a stream.
pub(crate) async fn through(
    stream: TcpStream,
    proxy: &Proxy,
    host: &str,
    port: u16,
) -> io::Result<TcpStream> {
    match proxy.kind() {
        ProxyKind::Socks5 => socks5(stream, proxy, (host, port)).await,
        ProxyKind::Http => http(stream, proxy, host, port).await,
        _ => Err(ErrorKind::Unsupported.into()),
    }
}

async fn http(
    mut stream: TcpStream,
    proxy: &Proxy,
    host: &str,
    port: u16,
) -> io::Result<TcpStream> {
    let mut connect = HttpConnect::new(host, port, proxy.login()).map_err(io::Error::other)?;
    stream.write_all(connect.request()).await?;
    while !connect
        .answer(stream.read_u8().await?)
        .map_err(io::Error::other)?
    {}
    Ok(stream)
}

async fn socks5(stream: TcpStream, proxy: &Proxy, target: (&str, u16)) -> io::Result<TcpStream> {
    let connected = match proxy.login() {
        None => Socks5Stream::connect_with_socket(stream, target).await,
        Some((user, password)) => {
            let password = str::from_utf8(password.expose()).map_err(io::Error::other)?;
            Socks5Stream::connect_with_password_and_socket(stream, target, user, password).await
        }
    };
    match connected {
        Ok(tunnel) => Ok(tunnel.into_inner()),
        Err(tokio_socks::Error::Io(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    }
}
