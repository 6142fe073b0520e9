//! Numbers (RFC 9051 §9 `number`, `number64`).

use super::Cursor;
use crate::types::{ParseError, ParseErrorKind};

impl Cursor<'_> {
    /// A number of at most 32 bits; 0 may be one everywhere, as servers send it.
    pub(crate) fn number(&mut self) -> Result<u32, ParseError> {
        let start = self.at;
        let number = self.number64()?;
        u32::try_from(number).map_err(|_| self.error_at(start, ParseErrorKind::NumberTooLarge))
    }

    /// A number of at most 64 bits.
    pub(crate) fn number64(&mut self) -> Result<u64, ParseError> {
        let start = self.at;
        let mut number = 0u64;
        while let Some(digit) = self
            .peek()
            .map(|byte| byte.wrapping_sub(b'0'))
            .filter(|&d| d < 10)
        {
            let next = number
                .checked_mul(10)
                .and_then(|number| number.checked_add(u64::from(digit)));
            let Some(next) = next else {
                return Err(self.error_at(start, ParseErrorKind::NumberTooLarge));
            };
            number = next;
            self.at += 1;
        }
        if self.at == start {
            return Err(self.error(ParseErrorKind::ExpectedNumber));
        }
        Ok(number)
    }

    /// A number as some servers send it: negative ones count as 0, and those written as floats
    /// (`1.86931e+06`) are rounded down.
    pub(crate) fn lenient_number(&mut self) -> Result<u64, ParseError> {
        let start = self.at;
        let negative = self.try_byte(b'-');
        let whole = self.number64()?;
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return self
                .float(start)
                .map(|value| if negative { 0 } else { value });
        }
        Ok(if negative { 0 } else { whole })
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` saturates
    fn float(&mut self, start: usize) -> Result<u64, ParseError> {
        self.seek(start);
        let rest = self.rest();
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        let len = rest
            .iter()
            .take_while(|byte| is_part(byte))
            .take(32)
            .count();
        let value = rest
            .get(..len)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .and_then(|text| text.parse::<f64>().ok())
            .filter(|value| value.is_finite());
        let Some(value) = value else {
            return Err(self.error(ParseErrorKind::ExpectedNumber));
        };
        self.at += len;
        Ok(value.max(0.0) as u64)
    }
}
