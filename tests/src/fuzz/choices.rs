//! Decisions read from the octets of a fuzzer.

/// Reads decisions from the front of an input; when it is used up, every decision is the first one.
#[derive(Debug, Clone)]
pub(crate) struct Choices<'a> {
    rest: &'a [u8],
}

impl<'a> Choices<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self { rest: data }
    }

    /// Whether every octet was used.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&byte, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        byte
    }

    /// A number below `count`, which is at least 1: one octet up to 256, else two.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let mut number = usize::from(self.byte());
        if count > 256 {
            number = number << 8 | usize::from(self.byte());
        }
        number % count
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// A number, small ones more often.
    pub(crate) fn number(&mut self) -> u32 {
        match self.byte() {
            small @ ..=0xc7 => u32::from(small),
            0xc8..=0xf7 => u32::from(self.byte()) << 8 | u32::from(self.byte()),
            _ => u32::MAX - u32::from(self.byte()),
        }
    }

    /// One of the values.
    pub(crate) fn one_of<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())].clone()
    }

    /// The next octets, as many as there are.
    pub(crate) fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// A few octets: a length below `most`, then so many.
    pub(crate) fn bytes(&mut self, most: usize) -> &'a [u8] {
        let count = self.below(most);
        self.take(count)
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }
}

/// The ends of pieces that an input of `len` octets is cut into, by a plan of 0 to 255: 0 whole, 1 octet by octet,
/// others of all sizes up to the plan's.
pub(super) fn cuts(plan: u8, len: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut state = u32::from(plan);
    let mut at = 0;
    while at < len {
        let size = match plan {
            0 => len,
            1 => 1,
            most => {
                // The generator of POSIX' `rand`: any would do.
                state = state.wrapping_mul(1_103_515_245).wrapping_add(12345);
                1 + (state >> 16) as usize % usize::from(most)
            }
        };
        at = len.min(at + size);
        ends.push(at);
    }
    ends
}
