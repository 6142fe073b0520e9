//! Uploads: literals whose octets the caller gives in pieces.

use bytes::Bytes;

use super::commands::Life;
use super::outbound::UPLOAD_WINDOW;
use super::{CommandId, Connection, ConnectionError, Event};
use crate::encode::SubmitError;

impl Connection {
    /// Gives octets of an upload (C).
    ///
    /// # Errors
    ///
    /// [`SubmitError::NoUpload`] when the command takes none now, [`SubmitError::UploadTooLong`]
    /// when it would be more than was announced, [`SubmitError::Full`] beyond
    /// [`append_capacity`](Self::append_capacity).
    pub fn append_bytes(&mut self, id: CommandId, bytes: Bytes) -> Result<(), SubmitError> {
        if self.writing != Some(id) || self.commands.get(id).is_none_or(|e| e.life == Life::Ended) {
            return Err(SubmitError::NoUpload);
        }
        let (capacity, owed) = self
            .outbound
            .upload_capacity()
            .ok_or(SubmitError::NoUpload)?;
        if bytes.len() as u64 > owed {
            return Err(SubmitError::UploadTooLong);
        }
        if bytes.len() > capacity {
            return Err(SubmitError::Full);
        }
        self.upload_told = false;
        self.outbound.supply(bytes);
        Ok(())
    }

    /// How many octets [`append_bytes`](Self::append_bytes) takes now (C).
    pub fn append_capacity(&self, id: CommandId) -> usize {
        if self.writing != Some(id) {
            return 0;
        }
        let (capacity, owed) = self.outbound.upload_capacity().unwrap_or_default();
        usize::try_from(owed).map_or(capacity, |owed| capacity.min(owed))
    }

    /// Ends an upload that has not all its octets (C): what was announced cannot be taken back,
    /// so the connection ends.
    pub fn append_abort(&mut self, id: CommandId) {
        if self
            .commands
            .get(id)
            .is_some_and(|entry| entry.life != Life::Ended)
        {
            self.fail(ConnectionError::UploadAborted);
        }
    }

    /// Tells the caller once that an upload takes octets, and again after it gave some.
    pub(super) fn tell_upload(&mut self) {
        let Some(id) = self.writing else { return };
        let Some((capacity, owed)) = self.outbound.upload_capacity() else {
            return;
        };
        if self
            .commands
            .get(id)
            .is_none_or(|entry| entry.life == Life::Ended)
        {
            self.pad_upload(owed);
        } else if !self.upload_told && capacity >= UPLOAD_WINDOW / 2 {
            self.upload_told = true;
            self.pending.push_back(Event::UploadReady { id });
        }
    }

    /// The server refused a command whose literal is announced and not all written: the octets
    /// are owed all the same (RFC 7888 §4), so spaces go out, or the connection ends.
    pub(super) fn pad_upload(&mut self, owed: u64) {
        /// What is cheaper to send than a new connection.
        const PADDING: u64 = 1024 * 1024;
        match usize::try_from(owed) {
            Ok(octets) if owed <= PADDING => self.outbound.supply(vec![b' '; octets].into()),
            _ => self.fail(ConnectionError::UploadAborted),
        }
    }
}
