//! Commands that this crate has no type for.

use super::{Command, MissingAnswer, Request, SubmitError};
use crate::types::{Completion, Data};

/// Any other command, such as a vendor's: a [`Request`] built of typed pieces, which says what
/// answers it. The answer is that data as it came.
///
/// ```
/// use imap_proto_core::encode::{Claim, Claims, Command, Custom, Request};
/// let request = Request::new("XLIST")?.space().mailbox("").space().string("*")
///     .claims(Claims::one(Claim::Named("XQUIRK".into())));
/// assert!(Custom::new(request).request().is_ok());
/// # Ok::<(), imap_proto_core::encode::SubmitError>(())
/// ```
#[derive(Debug)]
pub struct Custom(Request);

impl Custom {
    /// The command of this request.
    pub fn new(request: Request) -> Self {
        Self(request)
    }
}

impl Command for Custom {
    type Item = Data;
    type Partial = Vec<Data>;
    type Output = Vec<Data>;

    fn request(self) -> Result<Request, SubmitError> {
        Ok(self.0)
    }

    fn item(data: Data) -> Result<Data, Data> {
        Ok(data)
    }

    fn add(partial: &mut Vec<Data>, item: Data) {
        partial.push(item);
    }

    fn finish(partial: Vec<Data>, _completion: &Completion) -> Result<Vec<Data>, MissingAnswer> {
        Ok(partial)
    }
}
