//! Sessions that connect again, with both adapters.

mod ends;
mod kit;
mod loss;
mod mailbox;
mod refusals;
mod repeating;
