//! The shapes of answers, for the implementations of [`Command`](super::Command).

/// An answer without data: the tagged OK says it all.
macro_rules! answers_nothing {
    () => {
        type Item = std::convert::Infallible;
        type Partial = ();
        type Output = ();

        fn item(data: $crate::types::Data) -> Result<Self::Item, $crate::types::Data> {
            Err(data)
        }

        fn add((): &mut (), item: Self::Item) {
            match item {}
        }

        fn finish(
            (): (),
            _completion: &$crate::types::Completion,
        ) -> Result<(), $crate::encode::MissingAnswer> {
            Ok(())
        }
    };
}

/// An answer of exactly one response, which must come.
macro_rules! answers_once {
    ($name:literal, $pattern:pat => $value:expr, $kind:ty) => {
        type Item = $kind;
        type Partial = Option<$kind>;
        type Output = $kind;

        $crate::encode::answer::takes!($pattern => $value);

        fn add(partial: &mut Self::Partial, item: Self::Item) {
            *partial = Some(item);
        }

        fn finish(
            partial: Self::Partial,
            _completion: &$crate::types::Completion,
        ) -> Result<Self::Output, $crate::encode::MissingAnswer> {
            partial.ok_or($crate::encode::MissingAnswer($name))
        }
    };
}

/// An answer of any number of responses.
macro_rules! answers_many {
    ($pattern:pat => $value:expr, $kind:ty) => {
        type Item = $kind;
        type Partial = Vec<$kind>;
        type Output = Vec<$kind>;

        $crate::encode::answer::takes!($pattern => $value);

        fn add(partial: &mut Self::Partial, item: Self::Item) {
            if partial.is_empty() {
                // Most answers are one piece.
                partial.reserve_exact(1);
            }
            partial.push(item);
        }

        fn finish(
            partial: Self::Partial,
            _completion: &$crate::types::Completion,
        ) -> Result<Self::Output, $crate::encode::MissingAnswer> {
            Ok(partial)
        }
    };
}

/// The data that is part of the answer.
macro_rules! takes {
    ($($pattern:pat => $value:expr),+) => {
        fn item(data: $crate::types::Data) -> Result<Self::Item, $crate::types::Data> {
            match data {
                $($pattern => Ok($value),)+
                other => Err(other),
            }
        }
    };
}

pub(crate) use {answers_many, answers_nothing, answers_once, takes};
