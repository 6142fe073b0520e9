//! Stands in for the compressor when the feature is off: no value of it exists.

#![allow(
    clippy::needless_pass_by_ref_mut,
    reason = "the signatures are the real ones"
)]

use std::io::Write;

use bytes::Buf;

use super::LayerError;
use super::buffer::Buffer;
use super::carrier::Carrier;

pub(super) enum Deflate {}

impl Deflate {
    pub(super) fn write(
        &mut self,
        _: &mut Carrier,
        _: &mut impl Write,
        _: &mut impl Buf,
    ) -> Result<usize, LayerError> {
        match *self {}
    }

    pub(super) fn flush(
        &mut self,
        _: &mut Carrier,
        _: &mut impl Write,
    ) -> Result<bool, LayerError> {
        match *self {}
    }

    pub(super) fn finish(self) -> Result<Buffer, LayerError> {
        match self {}
    }

    pub(super) fn wants_write(&self) -> bool {
        match *self {}
    }

    pub(super) fn buffer_bytes(&self) -> usize {
        match *self {}
    }
}
