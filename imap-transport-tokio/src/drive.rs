//! The task of a connection.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use imap_proto_core::engine::Config;
use imap_proto_core::session::{Driver, Error, Opening, Wait, open};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use crate::lent::Lent;
use crate::session::{Session, Tokio};

/// How long a stream may take to be shut down when the connection is over.
const SHUTDOWN: Duration = Duration::from_secs(2);

/// Opens a session over a stream and spawns the task that moves it, and does `after` when the
/// connection is over.
pub(crate) async fn start<S, A>(stream: S, config: Config, after: A) -> Result<Session, Error>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let seed = crate::connect::seed()?;
    let (driver, mut opening): (Driver, Opening<Tokio>) =
        open(config, seed, Instant::now().into_std())?;
    let task = Task {
        driver,
        stream: Box::pin(stream),
        sleep: None,
        is_set: false,
    };
    tokio::spawn(async move {
        task.run().await;
        after.await;
    });
    poll_fn(|context| opening.poll_open(context))
        .await
        .map(Session::new)
}

/// A driver with its stream and its clock.
struct Task<S> {
    driver: Driver,
    stream: Pin<Box<S>>,
    sleep: Option<Pin<Box<Sleep>>>,
    /// The timer will wake the task.
    is_set: bool,
}

impl<S: AsyncRead + AsyncWrite> Task<S> {
    /// Moves the connection to its end; everyone who waits is told by the driver.
    async fn run(mut self) {
        poll_fn(|context| self.poll(context)).await;
        // Best effort: the peer may be gone, or take nothing.
        let shutdown = poll_fn(|context| self.stream.as_mut().poll_shutdown(context));
        let _ = timeout(SHUTDOWN, shutdown).await;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let now = Instant::now().into_std();
            let waker = context.waker().clone();
            let mut io = Lent {
                stream: self.stream.as_mut(),
                context,
            };
            let Ok(Some(wait)) = self.driver.turn(&mut io, now, &waker) else {
                return Poll::Ready(());
            };
            if wait.again {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if !self.is_due(wait, context) {
                return Poll::Pending;
            }
        }
    }

    /// Whether the deadline is reached already; if not, the task is woken then.
    ///
    /// Each command moves the deadline on, and a timer costs more than a turn. So it is moved
    /// only when it rings too late; one that rings too early is a turn without anything to do.
    fn is_due(&mut self, wait: Wait, context: &mut Context<'_>) -> bool {
        let Some(deadline) = wait.deadline.map(Instant::from_std) else {
            return false;
        };
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() > deadline || sleep.is_elapsed() {
            sleep.as_mut().reset(deadline);
        } else if self.is_set {
            return false;
        }
        let due = sleep.as_mut().poll(context).is_ready();
        self.is_set = !due;
        due
    }
}
