//! Uploads from a reader.

use std::future::poll_fn;
use std::io::{self, ErrorKind};

use imap_proto_core::encode::Command;
use imap_proto_core::session::{Error, Upload};
use tokio::io::AsyncRead;

use crate::Reply;
use crate::session::read_some;

/// What is read at once at most.
const PIECE: usize = 64 * 1024;

/// Feeds an upload from a reader and waits for the answer.
pub(crate) async fn upload_from<C: Command>(
    mut upload: Upload<C>,
    mut source: impl AsyncRead + Unpin,
) -> Result<C::Output, Error> {
    while let Some(room) = poll_fn(|context| upload.poll_ready(context)).await {
        let octets = read_some(&mut source, room.min(PIECE))
            .await
            .map_err(io_error)?;
        if octets.is_empty() {
            return Err(io_error(ErrorKind::UnexpectedEof.into()));
        }
        upload.push(octets)?;
    }
    Reply::new(upload.finish()).await
}

fn io_error(error: io::Error) -> Error {
    error.into()
}
