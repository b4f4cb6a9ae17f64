//! Splitting and cleaning fields; shared by the four layouts.

/// The fields of a CSV line by the book (RFC 4180); a field with a comma or a quote must be quoted.
pub(super) fn strict(line: &str) -> Result<Vec<String>, String> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, tail) = if let Some(quoted) = rest.strip_prefix('"') {
            unquote(quoted)?
        } else {
            let (field, tail) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
            (field.to_owned(), tail)
        };
        fields.push(field);
        match tail.strip_prefix(',') {
            Some(next) => rest = next,
            None if tail.is_empty() => return Ok(fields),
            None => return Err(format!("field {} goes on after its closing quote: double inner quotes", fields.len())),
        }
    }
}

/// The content of a quoted field whose opening quote is gone, and what follows its closing quote.
fn unquote(text: &str) -> Result<(String, &str), String> {
    let mut field = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        field.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Ok((field, rest)),
        }
    }
    Err("a quote is opened but not closed on its line: close it, and keep each row on one line".to_owned())
}

/// `text` up to the next comma, and the rest behind it.
pub(super) fn next_field<'a>(text: &'a str, field: &str) -> Result<(&'a str, &'a str), String> {
    text.split_once(',').ok_or_else(|| format!("the row ends before {field}: give every column"))
}

/// A whole number of at most nine digits.
pub(super) fn number(field: &str, text: &str) -> Result<f64, String> {
    let digits = text.trim();
    if !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|b| b.is_ascii_digit()) {
        // Nine digits always fit.
        return Ok(f64::from(digits.parse::<u32>().unwrap_or_default()));
    }
    Err(format!("{field} is \"{}\": give a whole number, or leave the row out", shorten(digits)))
}

/// A decimal number that isn't negative.
pub(super) fn decimal(field: &str, text: &str) -> Result<f64, String> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() && x >= 0.0 => Ok(x),
        _ => Err(format!("{field} is \"{}\": give a number of at least 0", shorten(text))),
    }
}

/// Dollars, with cents only where there are some: $1,234 or $1,234.50.
pub(super) fn money(dollars: f64) -> String {
    let cents = (dollars * 100.0).round();
    let (whole, cents) = ((cents / 100.0).floor(), cents % 100.0);
    let digits = format!("{whole:.0}");
    let mut text = String::from("$");
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if cents > 0.0 { format!("{text}.{cents:02.0}") } else { text }
}

/// Words as people write them: blanks for underscores, one between words, none around.
pub(super) fn words(text: &str) -> String {
    text.split(|c: char| c == '_' || c.is_whitespace()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// As much of `text` as a message needs.
pub(super) fn shorten(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_splits_by_the_book() {
        assert_eq!(
            strict("a,\"b, \"\"c\"\"\",,d").as_deref(),
            Ok(["a", "b, \"c\"", "", "d"].map(String::from).as_slice())
        );
        assert_eq!(strict("").map(|f| f.len()), Ok(1));
        assert!(strict("a,\"b").is_err());
        assert!(strict("a,\"b\"c,d").is_err());
    }

    #[test]
    fn money_groups_thousands_and_rounds_to_cents() {
        assert_eq!(
            [0.0, 999.0, 15_700.0, 686.498_63, 1_000_000.0, 0.999].map(money),
            ["$0", "$999", "$15,700", "$686.50", "$1,000,000", "$1"]
        );
    }

    #[test]
    fn numbers_are_whole_and_plain() {
        assert_eq!(number("x", " 12 "), Ok(12.0));
        for bad in ["", "-1", "1.5", "N/A", "1e3", "1234567890"] {
            assert!(number("x", bad).is_err(), "{bad}");
        }
    }
}
