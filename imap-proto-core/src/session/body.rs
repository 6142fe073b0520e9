//! The octets of one section of a message, as they come.

use std::collections::VecDeque;
use std::fmt;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::{Buf, Bytes};

use super::Error;
use super::route::{Mailbag, Route};
use super::shared::{Core, Handle};
use crate::encode::{MissingAnswer, Request, SubmitError};
use crate::engine::{CommandId, Ending};
use crate::types::{
    BinaryData, BodyBegin, ByteString, Data, FetchData, FetchResponse, Malformed, SectionData,
};

/// One section of a message, in chunks as the server sends them: it is never whole in memory.
///
/// 256 KiB wait in it; then the connection stops reading until some are taken. Dropping it
/// drains the rest. See [`Reply`](super::Reply) for readers that stall.
#[must_use = "the octets come by reading it; dropping it gives them up"]
pub struct Body {
    state: State,
    size: Option<BodySize>,
    current: Bytes,
}

/// How long a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodySize {
    /// So many octets.
    Octets(u64),
    /// NIL: the server has no such octets, which is not the same as none.
    Nil,
}

enum State {
    Live(Handle, CommandId),
    Failed(Error),
    Done,
}

impl Body {
    /// What the adapter tied to the connection's handles; `None` once all was read.
    pub fn attached<T: 'static>(&self) -> Option<&T> {
        match &self.state {
            State::Live(handle, _) => handle.attached(),
            State::Failed(_) | State::Done => None,
        }
    }

    pub(super) fn submit(
        handle: &Handle,
        request: Result<Request, SubmitError>,
        now: Instant,
    ) -> Self {
        let submitted = request.map_err(Error::from).and_then(|request| {
            handle.with(|core| {
                let slot = Slot::new(core.max_collected());
                core.submit(request, Box::new(slot), now)
            })
        });
        Self {
            state: match submitted {
                Ok(id) => State::Live(handle.clone(), id),
                Err(error) => State::Failed(error),
            },
            size: None,
            current: Bytes::new(),
        }
    }

    /// The size, as soon as the server announced it; `None`: the answer ended without one, and
    /// reading tells why.
    pub fn poll_size(&mut self, context: &mut Context<'_>) -> Poll<Option<BodySize>> {
        if let (None, State::Live(handle, id)) = (self.size, &self.state) {
            let polled = handle.with(|core| size(core, *id, context.waker()));
            match polled {
                Ok(size) => self.size = size,
                Err(_old) => return Poll::Pending,
            }
        }
        Poll::Ready(self.size)
    }

    /// Some octets; `None` behind the last, when the server said OK.
    ///
    /// # Errors
    ///
    /// Whatever ended the answer, once: also NO behind all octets, and
    /// [`Error::MissingAnswer`] when there is no such message.
    pub fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if !self.current.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.current))));
        }
        let (handle, id) = match &self.state {
            State::Live(handle, id) => (handle, *id),
            State::Done => return Poll::Ready(None),
            State::Failed(error) => {
                let error = error.clone();
                self.state = State::Done;
                return Poll::Ready(Some(Err(error)));
            }
        };
        match handle.with(|core| take(core, id, context.waker())) {
            Next::Chunk(chunk) => Poll::Ready(Some(Ok(chunk))),
            Next::Wait(_) => Poll::Pending,
            Next::End(result, size) => {
                self.size = self.size.or(size);
                self.state = State::Done;
                Poll::Ready(result.err().map(Err))
            }
        }
    }

    /// Copies octets into `buffer`, and says how many; 0 behind the last.
    ///
    /// # Errors
    ///
    /// As [`poll_chunk`](Self::poll_chunk).
    pub fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<Result<usize, Error>> {
        if buffer.is_empty() {
            return Poll::Ready(Ok(0));
        }
        while self.current.is_empty() {
            match self.poll_chunk(context) {
                Poll::Ready(Some(Ok(chunk))) => self.current = chunk,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                Poll::Ready(None) => return Poll::Ready(Ok(0)),
                Poll::Pending => return Poll::Pending,
            }
        }
        let count = buffer.len().min(self.current.len());
        self.current
            .copy_to_slice(buffer.get_mut(..count).unwrap_or_default());
        Poll::Ready(Ok(count))
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let State::Live(handle, id) = &self.state {
            drop(handle.with(|core| core.forget(*id)));
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// What a look into the queue gave.
enum Next {
    Chunk(Bytes),
    End(Result<(), Error>, Option<BodySize>),
    /// Nothing yet; the waker of the last wait, to be dropped without the lock.
    Wait(#[expect(dead_code, reason = "held to be dropped later")] Option<Waker>),
}

/// The size, if it is known or will never be; else the waker of the last wait, to be dropped
/// without the lock.
fn size(core: &mut Core, id: CommandId, waker: &Waker) -> Result<Option<BodySize>, Option<Waker>> {
    match core.route::<Slot>(id) {
        Some(slot) if slot.size.is_none() && !slot.bag.is_over() => Err(slot.bag.wait(waker, true)),
        slot => Ok(slot.and_then(|slot| slot.size)),
    }
}

fn take(core: &mut Core, id: CommandId, waker: &Waker) -> Next {
    let Some(slot) = core.route::<Slot>(id) else {
        return Next::End(Err(SubmitError::Closed.into()), None);
    };
    if let Some(chunk) = slot.chunks.pop_front() {
        if slot.bag.flow.take(chunk.len()) {
            core.notify();
        }
        return Next::Chunk(chunk);
    }
    match slot.bag.take_ending() {
        Some(ending) => {
            let sent = slot.bag.was_sent();
            let (result, size) = (slot.result(ending), slot.size);
            core.routes.remove(&id);
            let logged = |error| core.logged(error).of_command(sent);
            Next::End(result.map_err(logged), size)
        }
        None => Next::Wait(slot.bag.wait(waker, true)),
    }
}

/// The driver's end of a body.
struct Slot {
    bag: Mailbag,
    chunks: VecDeque<Bytes>,
    /// Set when the section begins: a second one is not for us.
    size: Option<BodySize>,
}

impl Slot {
    fn new(max_collected: usize) -> Self {
        Self {
            bag: Mailbag::new(max_collected),
            chunks: VecDeque::new(),
            size: None,
        }
    }

    fn result(&self, ending: Result<Ending, Error>) -> Result<(), Error> {
        ending.and_then(Error::of_ending)?;
        match self.size {
            Some(_) => Ok(()),
            None => Err(MissingAnswer("FETCH, URLFETCH or CONVERTED").into()),
        }
    }

    fn push(&mut self, octets: Bytes) {
        if !octets.is_empty() {
            let weight = octets.len();
            self.chunks.push_back(octets);
            self.bag.queued(weight);
        }
    }

    fn whole(&mut self, data: Option<ByteString>) {
        if self.size.is_some() {
            return;
        }
        self.size = Some(match &data {
            Some(data) => BodySize::Octets(data.len() as u64),
            None => BodySize::Nil,
        });
        if let Some(data) = data {
            self.push(data.into_bytes());
        }
    }

    fn fetch(&mut self, fetch: FetchResponse) {
        for item in fetch.items {
            if let FetchData::Section(SectionData { data, .. })
            | FetchData::Binary(BinaryData { data, .. }) = item
            {
                self.whole(data);
            }
        }
    }
}

impl Route for Slot {
    fn mailbag(&mut self) -> &mut Mailbag {
        &mut self.bag
    }

    fn data(&mut self, data: Data) -> Result<(), Data> {
        match data {
            Data::Fetch(fetch) => {
                self.fetch(fetch);
                Ok(())
            }
            Data::UrlFetch(response) => {
                for url in response.urls {
                    self.whole(url.octets().cloned());
                }
                Ok(())
            }
            Data::Converted(response) => {
                if let Some(binary) = response.binary() {
                    self.whole(binary.data.clone());
                }
                Ok(())
            }
            other => Err(other),
        }
    }

    fn body_begin(&mut self, begin: BodyBegin) -> bool {
        let wanted = self.size.is_none();
        if wanted {
            self.size = Some(BodySize::Octets(begin.size));
        }
        wanted
    }

    fn body_chunk(&mut self, octets: Bytes) -> bool {
        self.push(octets);
        !self.bag.is_over()
    }

    fn body_end(&mut self) {}

    fn malformed(&mut self, _malformed: Malformed) {}
}
