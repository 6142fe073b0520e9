//! Many threads or tasks on one session, each with many commands of every kind, and every answer checked.
//!
//! The server is a model, which delays every answer and mixes the lines of all that are under way, or a real one. Both
//! hold the same [`World`]: what a command is answered with follows from its arguments, so an answer that reached another
//! caller is noticed, and so is one that came twice. A run is repeated by its seed.

mod crew;
mod measure;
mod model;
mod random;
mod work;
mod world;

pub use crew::{Report, on_tasks, on_threads};
pub(crate) use measure::{becomes, resident, session_threads};
pub use model::Model;
pub(crate) use random::Random;
pub use world::World;

/// What is run.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Threads or tasks.
    pub workers: u32,
    /// Commands of each.
    pub commands: u32,
    /// What all choices follow from.
    pub seed: u64,
}
