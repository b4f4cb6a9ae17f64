//! A text as hashed features: words, pairs of words, and pieces of words, so that spelling noise costs little.

/// Longer texts are cut: what a person feels is said in fewer.
const MOST_CHARS: usize = 2_000;
/// Pieces of longer words are those of their beginning.
const MOST_LETTERS: usize = 24;

/// One occurrence of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// FNV-1a of its text.
    pub hash: u32,
    /// Which token it belongs to; a pair of words to its second.
    pub token: u32,
}

/// A token of the text: its bytes there, and how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    word: String,
}

/// The features of `text`, in its order.
pub fn features(text: &str) -> Vec<Feature> {
    of_tokens(&tokens(text))
}

/// Words, runs of `!` and `?`, and other signs one by one. Words are lower case, and letters repeated for emphasis
/// are kept twice.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut all: Vec<Token> = Vec::new();
    let mut chars = text.char_indices().take(MOST_CHARS).peekable();
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() || first.is_control() {
            continue;
        }
        let kind = kind(first);
        let (mut word, mut end, mut repeated) = (String::new(), start + first.len_utf8(), 0);
        push(&mut word, first, &mut repeated);
        while kind != Kind::Sign
            && let Some((at, next)) = chars.next_if(|(_, next)| self::kind(*next) == kind)
        {
            end = at + next.len_utf8();
            push(&mut word, next, &mut repeated);
        }
        all.push(Token { start, end, word });
    }
    all
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Shout,
    Sign,
}

fn kind(c: char) -> Kind {
    match c {
        '!' | '?' => Kind::Shout,
        '\'' | '’' => Kind::Word,
        _ if c.is_alphanumeric() => Kind::Word,
        _ => Kind::Sign,
    }
}

fn push(word: &mut String, c: char, repeated: &mut u32) {
    for lower in if c == '’' { '\'' } else { c }.to_lowercase() {
        *repeated = if word.ends_with(lower) { *repeated + 1 } else { 0 };
        if *repeated < 2 {
            word.push(lower);
        }
    }
}

pub(crate) fn of_tokens(tokens: &[Token]) -> Vec<Feature> {
    let mut all = Vec::new();
    let mut before = "<";
    for (number, token) in tokens.iter().enumerate() {
        let word = token.word.as_str();
        let mut add = |hash| all.push(Feature { hash, token: number as u32 });
        add(Hash::new(b'w').text(word).0);
        add(Hash::new(b'p').text(before).text(" ").text(word).0);
        if word.starts_with(|c| kind(c) == Kind::Word) {
            pieces(word, &mut add);
        }
        before = word;
    }
    if !tokens.is_empty() {
        all.push(Feature { hash: Hash::new(b'p').text(before).text(" >").0, token: tokens.len() as u32 - 1 });
    }
    all
}

/// Pieces of three to five letters, with the word's ends marked.
fn pieces(word: &str, add: &mut impl FnMut(u32)) {
    let marked: Vec<char> = ['<'].into_iter().chain(word.chars().take(MOST_LETTERS)).chain(['>']).collect();
    for size in 3..=5 {
        for piece in marked.windows(size) {
            add(piece.iter().fold(Hash::new(b'c'), |hash, c| hash.text(c.encode_utf8(&mut [0; 4]))).0);
        }
    }
}

/// FNV-1a with 32 bits; the kind of a feature comes first.
struct Hash(u32);

impl Hash {
    fn new(kind: u8) -> Self {
        Self(0x811C_9DC5).byte(kind)
    }

    fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }

    fn text(self, text: &str) -> Self {
        text.bytes().fold(self, Self::byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_words_shouts_and_signs() {
        let text = "I CAN’T waaaait?! 😀 ok…";
        let words: Vec<_> = tokens(text).into_iter().map(|token| (token.word, &text[token.start..token.end])).collect();
        let words: Vec<_> = words.iter().map(|(word, there)| (word.as_str(), *there)).collect();
        let expected = [("i", "I"), ("can't", "CAN’T"), ("waait", "waaaait"), ("?!", "?!"), ("😀", "😀"), ("ok", "ok")];
        assert_eq!(words, [&expected[..], &[("…", "…")]].concat());
    }

    #[test]
    fn a_feature_is_the_hash_of_its_kind_and_text() {
        // FNV-1a's own test vector, for the bytes "foobar".
        assert_eq!(Hash::new(b'f').text("oobar").0, 0xBF9C_F968);
        let all = features("no");
        let pairs = ["< no", "no >"].map(|pair| Hash::new(b'p').text(pair).0);
        let pieces = ["<no", "no>", "<no>"].map(|piece| Hash::new(b'c').text(piece).0);
        let expected = [Hash::new(b'w').text("no").0, pairs[0], pieces[0], pieces[1], pieces[2], pairs[1]];
        assert_eq!(all.iter().map(|feature| feature.hash).collect::<Vec<_>>(), expected);
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in ".*") {
            let found = tokens(&text);
            proptest::prop_assert!(found.iter().all(|token| token.start < token.end && token.end <= text.len()));
            proptest::prop_assert!(features(&text).iter().all(|feature| (feature.token as usize) < found.len()));
        }
    }
}
