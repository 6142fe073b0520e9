//! Numbers (RFC 9051 §9 `number`, `number64`).

use super::Cursor;
use crate::types::{ParseError, ParseErrorKind, Tolerance};

impl Cursor<'_> {
    /// A number that the grammar wants above 0, of at most 32 bits.
    pub(crate) fn nz_number(&mut self) -> Result<u32, ParseError> {
        let number = self.number()?;
        self.note_zero(number == 0);
        Ok(number)
    }

    /// The same of at most 64 bits.
    pub(crate) fn nz_number64(&mut self) -> Result<u64, ParseError> {
        let number = self.number64()?;
        self.note_zero(number == 0);
        Ok(number)
    }

    /// The same where the grammar has 32 bits, and some servers more.
    pub(crate) fn wide_nz_number(&mut self) -> Result<u64, ParseError> {
        let number = self.nz_number64()?;
        if number > u64::from(u32::MAX) {
            self.tolerate(Tolerance::LargeNumber);
        }
        Ok(number)
    }

    fn note_zero(&mut self, is_zero: bool) {
        if is_zero {
            self.tolerate(Tolerance::ZeroNumber);
        }
    }

    /// A number of at most 32 bits.
    pub(crate) fn number(&mut self) -> Result<u32, ParseError> {
        let start = self.at;
        let number = self.number64()?;
        u32::try_from(number).map_err(|_| self.error_at(start, ParseErrorKind::NumberTooLarge))
    }

    /// A number of at most 64 bits.
    #[inline]
    pub(crate) fn number64(&mut self) -> Result<u64, ParseError> {
        let (number, digits) = leading_number(self.rest());
        if digits == 8 {
            return self.long_number();
        }
        if digits == 0 {
            return Err(self.error(ParseErrorKind::ExpectedNumber));
        }
        self.advance(digits);
        Ok(number)
    }

    /// A number of eight digits or more.
    fn long_number(&mut self) -> Result<u64, ParseError> {
        let mut number = 0u64;
        let mut digits = 0;
        for digit in self.rest().iter().map(|byte| byte.wrapping_sub(b'0')) {
            if digit > 9 {
                break;
            }
            let next = number
                .checked_mul(10)
                .and_then(|tens| tens.checked_add(u64::from(digit)));
            let Some(next) = next else {
                return Err(self.error(ParseErrorKind::NumberTooLarge));
            };
            number = next;
            digits += 1;
        }
        self.advance(digits);
        Ok(number)
    }

    /// A number as some servers send it: negative ones count as 0, and those written as floats
    /// (`1.86931e+06`) are rounded down.
    pub(crate) fn lenient_number(&mut self) -> Result<u64, ParseError> {
        let start = self.at;
        let negative = self.try_byte(b'-');
        let whole = self.number64()?;
        if negative {
            self.tolerate_at(start, Tolerance::NegativeNumber);
        }
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
        self.tolerate(Tolerance::FloatNumber);
        self.at += len;
        Ok(value.max(0.0) as u64)
    }
}

/// The number that the first digits make, at most eight of them, and how many these are. Eight
/// octets are read at once where there are so many.
#[inline]
pub(crate) fn leading_number(bytes: &[u8]) -> (u64, usize) {
    let Some((word, _)) = bytes.split_first_chunk::<8>() else {
        return few_digits(bytes);
    };
    let word = u64::from_le_bytes(*word);
    // A digit has 3 in its upper half, and has it still with 6 added.
    let high = 0xf0f0_f0f0_f0f0_f0f0;
    let other = ((word & high) | ((word.wrapping_add(0x0606_0606_0606_0606) & high) >> 4))
        ^ 0x3333_3333_3333_3333;
    if other == 0 {
        return (eight_digits(word), 8);
    }
    let digits = other.trailing_zeros() / 8;
    if digits == 0 {
        return (0, 0);
    }
    (eight_digits(word << (64 - 8 * digits)), digits as usize)
}

/// The number of so many digits, one to seven, that the octets begin with; `None` if there is no
/// space behind it, or less than eight octets in all.
#[inline]
pub(crate) fn number_of(bytes: &[u8], digits: usize) -> Option<u32> {
    if !matches!(digits, 1..8) {
        return None;
    }
    let word = u64::from_le_bytes(*bytes.first_chunk()?);
    let bits = 8 * digits;
    if (word >> bits) & 0xff != u64::from(b' ') {
        return None;
    }
    // The digits go to the top; what is shifted in counts as zeros before them.
    let shift = 64 - bits;
    let text = (word << shift) ^ (0x3030_3030_3030_3030 << shift);
    // No octet is above 9: then 0x76 more leaves the highest bit clear.
    let above = (text.wrapping_add(0x7676_7676_7676_7676) | text) & 0x8080_8080_8080_8080;
    if above != 0 {
        return None;
    }
    u32::try_from(eight_digits(text)).ok()
}

/// Eight digits in the order of the text, the lowest octet first; zero octets count as `0`.
fn eight_digits(word: u64) -> u64 {
    let digits = word & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let first = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let second = ((pairs >> 16) & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    first.wrapping_add(second) >> 32
}

fn few_digits(bytes: &[u8]) -> (u64, usize) {
    let digits = bytes.iter().map(|byte| byte.wrapping_sub(b'0'));
    let digits = digits.take_while(|&digit| digit < 10);
    digits.fold((0, 0), |(number, count), digit| {
        (number * 10 + u64::from(digit), count + 1)
    })
}

#[cfg(test)]
#[allow(clippy::redundant_closure_for_method_calls)] // the methods are not general enough
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::wire::Limits;

    fn parse<T>(
        text: &str,
        read: impl FnOnce(&mut Cursor<'_>) -> Result<T, ParseError>,
    ) -> Result<(T, usize), ParseErrorKind> {
        let (frame, limits) = (Bytes::copy_from_slice(text.as_bytes()), Limits::default());
        let mut cursor = Cursor::new(&frame, &limits);
        let number = read(&mut cursor).map_err(|error| error.kind)?;
        Ok((number, cursor.offset()))
    }

    #[test]
    fn c3_numbers_at_their_bounds() {
        let (none, large) = (
            ParseErrorKind::ExpectedNumber,
            ParseErrorKind::NumberTooLarge,
        );
        let number = |text| parse(text, |cursor| cursor.number());
        assert_eq!(number("0 "), Ok((0, 1)));
        assert_eq!(number("007)"), Ok((7, 3)));
        assert_eq!(number("4294967295"), Ok((u32::MAX, 10)));
        assert_eq!(number("4294967296"), Err(large));
        assert_eq!(number("99999999999999999999"), Err(large));
        for text in ["", " 1", "-1", "+1", "a", "/", ":"] {
            assert_eq!(number(text), Err(none), "{text}");
        }
        let number64 = |text| parse(text, |cursor| cursor.number64());
        assert_eq!(number64("12345678"), Ok((12_345_678, 8)));
        assert_eq!(number64("18446744073709551615\r\n"), Ok((u64::MAX, 20)));
        assert_eq!(number64("18446744073709551616\r\n"), Err(large));
        assert_eq!(number64("0000000000000000000000000000001"), Ok((1, 31)));
    }

    #[test]
    fn quirks_5_and_6_floats_and_negative_numbers() {
        let lenient = |text| parse(text, |cursor| cursor.lenient_number());
        assert_eq!(lenient("1.86931e+06 "), Ok((1_869_310, 11)));
        assert_eq!(lenient("12 "), Ok((12, 2)));
        assert_eq!(lenient("-1)"), Ok((0, 2)));
        assert_eq!(lenient("-1.5)"), Ok((0, 4)));
        assert_eq!(lenient("2e1 "), Ok((20, 3)));
        assert_eq!(lenient("1e999"), Err(ParseErrorKind::ExpectedNumber));
        assert_eq!(lenient("1.2.3"), Err(ParseErrorKind::ExpectedNumber));
        assert_eq!(lenient("-"), Err(ParseErrorKind::ExpectedNumber));
    }

    proptest! {
        #[test]
        fn eight_octets_at_once_equal_one_by_one(bytes in prop::collection::vec(any::<u8>(), 8..12), digits in 0usize..12) {
            let mut bytes = bytes;
            bytes.iter_mut().take(digits).for_each(|byte| *byte = b'0' + *byte % 10);
            let (number, count) = leading_number(&bytes);
            let simple = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count().min(8);
            prop_assert_eq!(count, simple);
            prop_assert_eq!((number, count), few_digits(&bytes[..simple]));
        }

        #[test]
        fn numbers_of_a_known_length_equal_any_other(
            text in prop_oneof!["[0-9]{1,9}[ -:][ 0-9]{0,8}", "[0-9]{0,4}[\\x00-\\xff][0-9 ]{4,8}"],
            digits in 0usize..9,
        ) {
            let (number, found) = leading_number(text.as_bytes());
            let fits = matches!(digits, 1..8) && found == digits && text.len() >= 8;
            let fits = fits && text.as_bytes()[digits] == b' ';
            let expected = u32::try_from(number).ok().filter(|_| fits);
            prop_assert_eq!(number_of(text.as_bytes(), digits), expected);
        }
    }
}
