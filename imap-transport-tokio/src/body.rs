//! Sections of messages, as `AsyncRead`.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use imap_proto_core::session::{self, BodySize, Error};
use tokio::io::{AsyncRead, ReadBuf};

/// The octets of one section, as they come. See [`session::Body`].
///
/// As an [`AsyncRead`] it copies out of the receive buffer once; [`chunk`](Self::chunk) gives the
/// buffer's own octets.
#[must_use = "the octets come by reading it; dropping it gives them up"]
pub struct Body(session::Body);

impl Body {
    pub(crate) fn new(body: session::Body) -> Self {
        Self(body)
    }

    /// The size, as soon as the server announced it; `None`: the answer ended without one, and
    /// reading tells why.
    pub async fn size(&mut self) -> Option<BodySize> {
        poll_fn(|context| self.0.poll_size(context)).await
    }

    /// Some octets, not copied; `None` behind the last, when the server said OK.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| self.0.poll_chunk(context)).await
    }
}

impl AsyncRead for Body {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = ready!(
            self.get_mut()
                .0
                .poll_read(context, buffer.initialize_unfilled())
        )?;
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
