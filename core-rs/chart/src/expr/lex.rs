//! Text to tokens.

use alloc::format;
use alloc::string::String;

/// The smallest parts of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Name(&'a str),
    Int(u64),
    Float(f64),
    Text(&'a str),
    Symbol(&'static str),
    End,
}

const SYMBOLS: [&str; 21] =
    ["===", "!==", "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "(", ")", "?", "=", "["];

/// Reads tokens one at a time.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn next(&mut self) -> Result<Token<'a>, String> {
        let rest = &self.text[self.at..];
        let rest = rest.trim_start();
        self.at = self.text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        let (token, length) = match first {
            '\'' | '"' => {
                let length =
                    rest[1..].find(first).ok_or_else(|| format!("the text that starts with {first} never ends"))?;
                (Token::Text(&rest[1..=length]), length + 2)
            }
            c if c.is_alphabetic() || c == '_' || c == '$' => {
                let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
                let length = rest.find(|c| !name(c)).unwrap_or(rest.len());
                (Token::Name(&rest[..length]), length)
            }
            c if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) => {
                number(rest)?
            }
            _ => {
                let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol));
                let symbol = symbol.ok_or_else(|| format!("{first:?} means nothing here"))?;
                (Token::Symbol(symbol), symbol.len())
            }
        };
        self.at += length;
        Ok(token)
    }
}

fn number(text: &str) -> Result<(Token<'_>, usize), String> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut length = digits(0);
    let mut float = false;
    if bytes.get(length) == Some(&b'.') {
        float = true;
        length += 1 + digits(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits((length + 1 + sign).min(bytes.len()));
        if exponent > 0 {
            float = true;
            length += 1 + sign + exponent;
        }
    }
    let digits = &text[..length];
    let token = if float {
        digits.parse().ok().filter(|x: &f64| x.is_finite()).map(Token::Float)
    } else {
        digits.parse().ok().filter(|x| *x <= 1 << 63).map(Token::Int)
    };
    token.map(|token| (token, length)).ok_or_else(|| format!("{digits} is outside the 64-bit range"))
}
