//! Finding a name in a fixed set: one multiplication, one look, one comparison.

/// A set of names without collisions, fixed when the validator is built.
#[derive(Debug)]
pub(crate) struct Names {
    names: Vec<&'static str>,
    slots: Vec<u8>,
    seed: u64,
}

/// Marks an empty slot; no set has more than 254 names.
const EMPTY: u8 = u8::MAX;

impl Names {
    pub(crate) fn new(names: Vec<&'static str>) -> Self {
        assert!(names.len() < usize::from(EMPTY), "a set of names is too large");
        let mut size = (names.len() * 2).next_power_of_two().max(4);
        loop {
            for seed in 1..2_000 {
                if let Some(slots) = place(&names, size, seed) {
                    return Self { names, slots, seed };
                }
            }
            size *= 2;
            assert!(size <= 1 << 14, "names that no hash tells apart: {names:?}");
        }
    }

    /// The position of this name in the list that the set was made of.
    pub(crate) fn get(&self, name: &str) -> Option<usize> {
        let slot = slot(name.as_bytes(), self.seed, self.slots.len());
        let index = *self.slots.get(slot)?;
        (index != EMPTY && self.names[usize::from(index)] == name).then_some(usize::from(index))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.names.iter().copied()
    }
}

fn place(names: &[&'static str], size: usize, seed: u64) -> Option<Vec<u8>> {
    let mut slots = vec![EMPTY; size];
    for (index, name) in names.iter().enumerate() {
        let place = &mut slots[slot(name.as_bytes(), seed, size)];
        if *place != EMPTY {
            return None;
        }
        *place = u8::try_from(index).ok()?;
    }
    Some(slots)
}

/// Mixes length, the first eight, the middle eight and the last eight bytes; `size` is a power of two.
fn slot(name: &[u8], seed: u64, size: usize) -> usize {
    let n = name.len();
    let (first, last) = if n >= 8 {
        let middle = n / 2 - 4;
        (word(&name[..8]) ^ word(&name[middle..middle + 8]).rotate_left(13), word(&name[n - 8..]))
    } else {
        let mut padded = [0; 8];
        padded[..n].copy_from_slice(name);
        (u64::from_le_bytes(padded), 0)
    };
    let mixed =
        (first ^ last.rotate_left(29) ^ (n as u64) << 56).wrapping_mul(seed.wrapping_mul(2) | 0x9E37_79B9_7F4A_0001);
    let mixed = mixed ^ mixed >> 32;
    (mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 40) as usize & (size - 1)
}

fn word(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn finds_its_names_and_no_others() {
        let all = vec!["id", "type", "modified", "object_marking_refs", "object_marking_rafs"];
        let names = Names::new(all.clone());
        for (i, name) in all.iter().enumerate() {
            assert_eq!(names.get(name), Some(i));
        }
        assert_eq!(names.get("object_marking_reefs"), None);
        assert_eq!(names.get(""), None);
    }
}
