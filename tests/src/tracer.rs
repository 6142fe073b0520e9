//! A subscriber of `tracing` that keeps everything as text.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

/// What was told since the last time, one line each. Clones share it.
#[derive(Clone, Default)]
pub struct Tracer(Arc<Shared>);

#[derive(Default)]
struct Shared {
    text: Mutex<String>,
    filter: Mutex<Vec<(String, Level)>>,
    spans: AtomicU64,
}

impl Tracer {
    /// Listens to the whole process from now on; once in each.
    pub fn install() -> Self {
        let tracer = Self::default();
        tracing::subscriber::set_global_default(tracer.clone()).expect("it is the first");
        tracer
    }

    /// Lets through what these directives say, `target=level` with commas between.
    pub fn filter(&self, directives: &str) {
        let parse = |directive: &str| {
            let (target, level) = directive.split_once('=').expect("target=level");
            (target.to_owned(), level.parse().expect("a level"))
        };
        *lock(&self.0.filter) = directives.split(',').map(parse).collect();
    }

    /// Everything since the last call.
    pub fn take(&self) -> String {
        std::mem::take(&mut lock(&self.0.text))
    }

    fn write(&self, metadata: &Metadata<'_>, fields: impl FnOnce(&mut Fields<'_>)) {
        let mut line = String::new();
        fields(&mut Fields(&mut line));
        let mut text = lock(&self.0.text);
        let (level, target, name) = (metadata.level(), metadata.target(), metadata.name());
        writeln!(text, "{level} {target} {name}{line}").expect("memory");
    }
}

impl Subscriber for Tracer {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let filter = lock(&self.0.filter);
        let fits = filter
            .iter()
            .filter(|(target, _)| metadata.target().starts_with(target));
        let closest = fits.max_by_key(|(target, _)| target.len());
        closest.is_some_and(|(_, level)| metadata.level() <= level)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write(span.metadata(), |fields| span.record(fields));
        Id::from_u64(self.0.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = String::new();
        values.record(&mut Fields(&mut line));
        writeln!(lock(&self.0.text), "recorded{line}").expect("memory");
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.write(event.metadata(), |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("memory");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
