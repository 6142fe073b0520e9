//! Sequence sets of a client (RFC 3501 §9).

/// Ranges of numbers; `None` is `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set(Vec<(Option<u32>, Option<u32>)>);

impl Set {
    /// Reads a set; `None` when it is none.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let range = |range: &str| {
            let (first, last) = range.split_once(':').unwrap_or((range, range));
            Some((number(first)?, number(last)?))
        };
        text.split(',').map(range).collect::<Option<_>>().map(Self)
    }

    /// Whether a number is in the set, where `*` is `largest`.
    pub(super) fn contains(&self, number: u32, largest: u32) -> bool {
        self.0.iter().any(|(first, last)| {
            let (first, last) = (first.unwrap_or(largest), last.unwrap_or(largest));
            (first.min(last)..=first.max(last)).contains(&number)
        })
    }

    /// The largest number that is named.
    pub(super) fn largest(&self) -> u32 {
        self.0
            .iter()
            .flat_map(|(first, last)| [*first, *last])
            .flatten()
            .max()
            .unwrap_or(0)
    }
}

/// Writes ascending numbers as a set: `1:3,5`.
pub(super) fn shown(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let run = |run: &[u32]| match run {
        [first, .., last] => format!("{first}:{last}"),
        run => run.iter().map(u32::to_string).collect(),
    };
    runs.map(run).collect::<Vec<_>>().join(",")
}

fn number(text: &str) -> Option<Option<u32>> {
    if text == "*" {
        return Some(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| digits && *number > 0)
        .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_rfc_3501() {
        // §9, sequence-set: 2,4:7,9,12:* with 15 messages is 2,4,5,6,7,9,12,13,14,15; *:4,5:7 with 10 is 4..10.
        let members = |text: &str, count| {
            let set = Set::parse(text.as_bytes()).unwrap();
            (1..=count)
                .filter(|number| set.contains(*number, count))
                .collect::<Vec<u32>>()
        };
        assert_eq!(
            members("2,4:7,9,12:*", 15),
            [2, 4, 5, 6, 7, 9, 12, 13, 14, 15]
        );
        assert_eq!(members("*:4,5:7", 10), [4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(shown(&[2, 4, 5, 6, 7, 9]), "2,4:7,9");
        for wrong in ["", "0", "1:", "a", "+1", "1,,2", "4294967296"] {
            assert_eq!(Set::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
