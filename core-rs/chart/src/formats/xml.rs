//! Writing XML: elements, attributes, indentation.

use alloc::string::String;
use core::fmt::{Display, Write as _};

/// An XML document being written.
pub(crate) struct Xml {
    out: String,
    depth: usize,
}

impl Xml {
    pub(crate) fn new() -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".into(), depth: 0 }
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &dyn Display)]) {
        self.out.extend(core::iter::repeat_n("  ", self.depth));
        // Writing to a String can't fail.
        _ = write!(self.out, "<{name}");
        for (key, value) in attributes {
            _ = write!(self.out, " {key}=\"{}\"", escape(&alloc::format!("{value}")));
        }
    }

    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &dyn Display)]) {
        self.start(name, attributes);
        self.out.push_str(">\n");
        self.depth += 1;
    }

    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &dyn Display)]) {
        self.start(name, attributes);
        self.out.push_str("/>\n");
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.out.extend(core::iter::repeat_n("  ", self.depth));
        _ = writeln!(self.out, "</{name}>");
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// `text` as it stands in an attribute or between tags.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => _ = write!(out, "&#{};", u32::from(c)),
            // XML 1.0 has no way to write the other control characters.
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
