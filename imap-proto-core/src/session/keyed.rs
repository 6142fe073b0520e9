//! A short list whose members are found by a key of their own.

/// Members by key, in no order. Keys are not used again.
#[derive(Debug)]
pub(super) struct Keyed<T> {
    list: Vec<(u64, T)>,
    next: u64,
}

impl<T> Keyed<T> {
    pub(super) const fn new() -> Self {
        Self {
            list: Vec::new(),
            next: 0,
        }
    }

    /// Adds a member; its key.
    pub(super) fn add(&mut self, member: T) -> u64 {
        let key = self.next;
        self.next += 1;
        self.list.push((key, member));
        key
    }

    pub(super) fn get(&mut self, key: u64) -> Option<&mut T> {
        let found = self.list.iter_mut().find(|(own, _)| *own == key);
        found.map(|(_, member)| member)
    }

    pub(super) fn remove(&mut self, key: u64) -> Option<T> {
        let at = self.list.iter().position(|(own, _)| *own == key)?;
        Some(self.list.swap_remove(at).1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        self.list.iter().map(|(key, member)| (*key, member))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.list.iter_mut().map(|(_, member)| member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_one_member_for_good() {
        let mut keyed = Keyed::new();
        let (a, b) = (keyed.add('a'), keyed.add('b'));
        assert_eq!((keyed.remove(a), keyed.remove(a)), (Some('a'), None));
        let c = keyed.add('c');
        assert!(c != a && c != b);
        assert_eq!(keyed.get(a), None);
        assert_eq!(keyed.get(b), Some(&mut 'b'));
        assert!(keyed.iter().eq([(b, &'b'), (c, &'c')]));
        assert!(!keyed.is_empty() && keyed.iter_mut().count() == 2);
    }
}
