//! Changes octets as a fuzzer without knowledge of the code does. The same seed makes the same changes.

/// Octets of an input, at most.
const LONGEST: usize = 4_096;
/// What text protocols are made of; pieces of it go in whole.
const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b".",
    b"\r\n.\r\n",
    b"\n.\n",
    b"\r\n.\n",
    b":",
    b"<",
    b">",
    b"@",
    b"\"",
    b"\\",
    b"\0",
    b"\t ",
    b"--",
    b"=",
    b";",
    b"*.",
    b"\xff\xff\xff\xff",
    b"99999999999999999999",
    b"\xe2\x80\xae",
    b"xn--",
    b"DATA",
    b"BDAT 9 LAST",
    b"[IPv6:",
    b"250-",
    b"0\r\n\r\n",
    b"multipart/mixed; boundary=",
    b"=?utf-8?q?",
    b"base64",
];

pub struct Mutator(u64);

impl Mutator {
    pub fn new(seed: u64) -> Mutator {
        Mutator(seed.max(1))
    }

    /// A number below `bound` (xorshift).
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or(0)
    }

    /// An input made of one of the seeds, with a few changes.
    pub fn next(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds.get(self.below(seeds.len())).cloned().unwrap_or_default();
        for _ in 0..=self.below(6) {
            let at = self.below(input.len() + 1);
            match self.below(6) {
                0 => {
                    let word = WORDS[self.below(WORDS.len())];
                    input.splice(at..at, word.iter().copied());
                }
                1 => {
                    let octet = u8::try_from(self.below(256)).unwrap_or(0);
                    input.insert(at, octet);
                }
                2 => {
                    let end = (at + 1 + self.below(8)).min(input.len());
                    input.drain(at.min(end)..end);
                }
                3 => {
                    let bit = self.below(8);
                    if let Some(octet) = input.get_mut(at) {
                        *octet ^= 1 << bit;
                    }
                }
                4 => {
                    // A piece once more.
                    let end = (at + 1 + self.below(64)).min(input.len());
                    let piece: Vec<u8> = input.get(at..end).unwrap_or_default().to_vec();
                    input.splice(at..at, piece);
                }
                _ => {
                    // The rest of another.
                    let other = seeds.get(self.below(seeds.len())).cloned().unwrap_or_default();
                    let from = self.below(other.len() + 1);
                    input.truncate(at);
                    input.extend_from_slice(other.get(from..).unwrap_or_default());
                }
            }
        }
        input.truncate(LONGEST);
        input
    }
}
