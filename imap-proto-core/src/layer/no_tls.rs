//! Stands in for TLS when the feature is off: no value of it exists.

#![allow(
    clippy::needless_pass_by_ref_mut,
    reason = "the signatures are the real ones"
)]

use std::io::{Read, Write};

use bytes::Buf;

use super::{LayerError, Received, Sink};

pub(super) enum Tls {}

impl Tls {
    pub(super) fn read<T: Read + Write>(
        &mut self,
        _: &mut T,
        _: &mut dyn Sink,
        _: &mut bool,
    ) -> Result<Received, LayerError> {
        match *self {}
    }

    pub(super) fn write(
        &mut self,
        _: &mut impl Write,
        _: &mut impl Buf,
        _: &mut bool,
    ) -> Result<usize, LayerError> {
        match *self {}
    }

    pub(super) fn send(&mut self, _: &mut impl Write, _: &mut bool) -> Result<bool, LayerError> {
        match *self {}
    }

    pub(super) fn close_notify(&mut self) -> Result<(), LayerError> {
        match *self {}
    }

    pub(super) fn release(&mut self) {
        match *self {}
    }

    pub(super) fn wants_write(&self) -> bool {
        match *self {}
    }

    pub(super) fn ended(&self) -> bool {
        match *self {}
    }

    pub(super) fn closed_cleanly(&self) -> bool {
        match *self {}
    }

    pub(super) fn holds_input(&self) -> bool {
        match *self {}
    }

    pub(super) fn is_handshaking(&self) -> bool {
        match *self {}
    }

    pub(super) fn buffer_bytes(&self) -> usize {
        match *self {}
    }
}
