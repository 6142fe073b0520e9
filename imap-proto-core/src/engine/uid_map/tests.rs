use super::*;

/// The UIDs of the first numbers, 0 for unknown.
fn shown(map: &UidMap, count: u32) -> Vec<u32> {
    let uid = |number| map.uid(SequenceNumber(number)).map_or(0, |uid| uid.0);
    (1..=count).map(uid).collect()
}

fn map(known: &[(u32, u32)]) -> UidMap {
    let mut map = UidMap::default();
    for &(number, uid) in known {
        map.insert(SequenceNumber(number), Uid(uid));
    }
    map
}

#[test]
fn uids_are_found_by_number_and_back() {
    let map = map(&[(5, 50), (2, 20), (3, 30), (6, 60), (1, 10)]);
    assert_eq!(shown(&map, 7), [10, 20, 30, 0, 50, 60, 0]);
    for (number, uid) in [(1, 10), (3, 30), (6, 60)] {
        assert_eq!(map.number(Uid(uid)), Some(SequenceNumber(number)));
    }
    for unknown in [0, 15, 40, 70] {
        assert_eq!(map.number(Uid(unknown)), None);
    }
}

/// RFC 9051 §7.5.1: each EXPUNGE moves those behind it, one after the other.
#[test]
fn expunges_move_what_is_behind() {
    let mut map = map(&[(1, 10), (2, 20), (4, 40), (5, 50)]);
    map.expunge(SequenceNumber(2));
    assert_eq!(shown(&map, 4), [10, 0, 40, 50]);
    map.expunge(SequenceNumber(2));
    assert_eq!(shown(&map, 4), [10, 40, 50, 0]);
    map.expunge(SequenceNumber(9));
    map.expunge(SequenceNumber(0));
    assert_eq!(shown(&map, 4), [10, 40, 50, 0]);
}

#[test]
fn vanished_uids_leave_and_unknown_ones_cut_the_map() {
    let mut known = map(&[(1, 10), (2, 20), (3, 21), (4, 40)]);
    known.vanish(&"20:21".parse().unwrap());
    assert_eq!(shown(&known, 3), [10, 40, 0]);
    let mut partial = map(&[(1, 10), (2, 20), (4, 40)]);
    partial.vanish(&"30".parse().unwrap());
    assert_eq!(shown(&partial, 4), [10, 20, 0, 0]);
    partial.vanish(&"1:4294967295".parse().unwrap());
    assert_eq!(shown(&partial, 2), [0, 0]);
}

#[test]
fn what_contradicts_makes_it_forget() {
    let mut descending = map(&[(1, 10), (2, 20)]);
    descending.insert(SequenceNumber(3), Uid(15));
    assert_eq!(shown(&descending, 3), [0, 0, 15]);
    let mut other = map(&[(1, 10), (2, 20)]);
    other.insert(SequenceNumber(2), Uid(19));
    assert_eq!(shown(&other, 2), [0, 19]);
}

#[test]
fn numbers_of_a_hostile_server_take_no_memory() {
    let mut map = UidMap::default();
    for number in (1..=u32::MAX).step_by(200_000) {
        map.insert(SequenceNumber(number), Uid(number));
    }
    map.insert(SequenceNumber(u32::MAX), Uid(u32::MAX));
    assert!(map.segments <= SEGMENTS);
    holds(&map);
}

/// What is known of each block without a look is true, and no block is too large or too small.
fn holds(map: &UidMap) {
    let mut segments = 0;
    for block in &map.blocks {
        let mut measured = block.clone();
        measured.measure();
        assert_eq!(
            (block.len, block.known, block.first, block.last),
            (measured.len, measured.known, measured.first, measured.last)
        );
        assert!((1..=FULL).contains(&block.segments.len()));
        segments += block.segments.len();
    }
    assert_eq!(map.segments, segments);
    for pair in map.blocks.windows(2) {
        let both: usize = pair.iter().map(|block| block.segments.len()).sum();
        assert!(both > SMALL, "two small neighbours");
    }
    let uids: Vec<u32> = map.pairs().map(|(_, uid)| uid).collect();
    assert!(uids.is_sorted());
    assert_eq!(map.end(), map.pairs().last().map_or(0, |(at, _)| at + 1));
    let before = map.blocks.get(..map.hint.0).unwrap();
    assert_eq!(
        map.hint.1,
        before.iter().map(|block| block.len).sum::<usize>()
    );
}

/// Against a plain list, over many steps in no order.
#[test]
fn agrees_with_a_list() {
    let mut seed = 7_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from((seed >> 33) % below).unwrap()
    };
    let mut list: Vec<u32> = (1..=5000).map(|uid| uid * 3).collect();
    let mut told = std::collections::BTreeSet::new();
    let mut map = UidMap::default();
    let mut copy = (map.clone(), Vec::new());
    for step in 0..15_000 {
        let at = random(list.len() as u64);
        let number = SequenceNumber(u32::try_from(at + 1).unwrap());
        match random(12) {
            0 if list.len() > 10 => {
                told.remove(&list[at]);
                list.remove(at);
                map.expunge(number);
            }
            1 if list.len() > 10 && told.contains(&list[at]) => {
                let uid = list.remove(at);
                told.remove(&uid);
                map.vanish(&UidSet::from(Uid(uid)));
            }
            2 if step % 40 == 0 => {
                // One whose UID was not told: all behind it is forgotten, no more and no less.
                if let Some(at) =
                    (list.len() - 100..list.len()).find(|at| !told.contains(&list[*at]))
                {
                    let uid = list.remove(at);
                    told.split_off(&uid);
                    map.vanish(&UidSet::from(Uid(uid)));
                }
            }
            _ => {
                map.insert(number, Uid(list[at]));
                told.insert(list[at]);
            }
        }
        if step % 1000 == 0 {
            holds(&map);
            assert_eq!(
                copy.0.pairs().collect::<Vec<_>>(),
                copy.1,
                "a copy stays as it was"
            );
            copy = (map.clone(), map.pairs().collect());
        }
    }
    holds(&map);
    assert!(
        told.len() > 1000 && map.blocks.len() > 8,
        "{} in {} blocks",
        told.len(),
        map.blocks.len()
    );
    for (at, uid) in list.iter().enumerate() {
        let number = SequenceNumber(u32::try_from(at + 1).unwrap());
        let expected = told.contains(uid).then_some(Uid(*uid));
        assert_eq!(map.uid(number), expected);
        assert_eq!(map.number(Uid(*uid)), expected.map(|_| number));
    }
}

#[test]
fn a_range_is_taken_out_of_many_blocks_at_once() {
    let all: Vec<(u32, u32)> = (1..=200_000)
        .map(|number| (number, number * 2 - number % 2))
        .collect();
    let mut known = map(&all);
    holds(&known);
    assert!(known.blocks.len() > 6);
    // The UIDs are 1, 4, 5, 8, 9 and so on: no range of more than two is whole.
    known.vanish(&"4:5,200000:200001".parse().unwrap());
    assert_eq!(known.pairs().count(), 199_996);
    let mut dense = map(&(1..=200_000)
        .map(|number| (number, number))
        .collect::<Vec<_>>());
    dense.vanish(&"100:150000".parse().unwrap());
    holds(&dense);
    assert_eq!(dense.number(Uid(150_001)), Some(SequenceNumber(100)));
    assert_eq!(dense.uid(SequenceNumber(99)), Some(Uid(99)));
    assert_eq!(dense.pairs().count(), 50_099);
    dense.vanish(&"1:99,150001:200000".parse().unwrap());
    assert_eq!(dense, UidMap::default());
    assert_eq!((dense.segments, dense.blocks.len()), (0, 0));
}
