//! How often a piece of work allocates.

/// What a piece of work gives, and how many allocations and growths of one it made; none without
/// the feature `allocations`.
#[cfg(feature = "allocations")]
pub(crate) fn count<T>(work: impl FnOnce() -> T) -> (T, Option<usize>) {
    let region = stats_alloc::Region::new(crate::ALLOCATOR);
    let value = work();
    let change = region.change();
    (value, Some(change.allocations + change.reallocations))
}

/// What a piece of work gives.
#[cfg(not(feature = "allocations"))]
pub(crate) fn count<T>(work: impl FnOnce() -> T) -> (T, Option<usize>) {
    (work(), None)
}
