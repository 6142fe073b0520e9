//! Stands in for the decompressor when the feature is off: no value of it exists.

#![allow(
    clippy::needless_pass_by_ref_mut,
    reason = "the signatures are the real ones"
)]

use std::io::{Read, Write};

use super::buffer::Buffer;
use super::carrier::Carrier;
use super::{LayerError, Received, Sink};

pub(super) enum Inflate {}

impl Inflate {
    pub(super) fn read<T: Read + Write>(
        &mut self,
        _: &mut Carrier,
        _: &mut T,
        _: &mut dyn Sink,
    ) -> Result<Received, LayerError> {
        match *self {}
    }

    pub(super) fn release(&mut self) {
        match *self {}
    }

    pub(super) fn expect_end(&mut self) {
        match *self {}
    }

    pub(super) fn end(&mut self) {
        match *self {}
    }

    pub(super) fn is_over(&self) -> bool {
        match *self {}
    }

    pub(super) fn finish(self) -> Buffer {
        match self {}
    }

    pub(super) fn ended_by_peer(&self) -> bool {
        match *self {}
    }

    pub(super) fn holds_input(&self) -> bool {
        match *self {}
    }

    pub(super) fn buffer_bytes(&self) -> usize {
        match *self {}
    }
}
