//! Section A of the attacks, over real sockets and with generated certificates, by both adapters:
//! upgrades, certificates, versions, truncation.

mod certificates;
mod kit;
mod settings;
mod truncation;
mod upgrades;
mod versions;
