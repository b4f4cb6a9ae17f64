//! Bedtimes: the quoted feeling and the two times behind it hold a row together; commas elsewhere may be anything.

use super::split::{next_field, number, shorten, strict, words};
use super::{Case, Layout};

/// The case in `line`.
pub(super) fn read(line: &str) -> Result<Case, String> {
    let names = Layout::EducationSleep.columns();
    let parts = parts(line)?;
    number(names[1], parts.age)?;
    let agent_target = minutes_past_21(parts.robot).ok_or_else(|| not_a_time(names[5], parts.robot))?;
    let counterpart_target = minutes_past_21(parts.student).ok_or_else(|| not_a_time(names[6], parts.student))?;
    let (background, situation) = (words(&parts.background), words(&parts.situation));
    Ok(Case {
        title: format!("{background}: {situation}"),
        agent: "the family".to_owned(),
        counterpart: "the student".to_owned(),
        agent_target,
        counterpart_target,
        facts: vec![
            ("situation", situation),
            ("reason", words(&parts.reason)),
            ("background", background),
            ("feeling", words(&parts.feeling)),
            ("age", parts.age.trim().to_owned()),
            ("requested_bedtime", parts.robot.trim().to_owned()),
            ("wanted_bedtime", parts.student.trim().to_owned()),
        ],
    })
}

struct Parts<'a> {
    age: &'a str,
    background: String,
    situation: String,
    feeling: String,
    robot: &'a str,
    student: &'a str,
    reason: String,
}

fn parts(line: &str) -> Result<Parts<'_>, String> {
    let names = Layout::EducationSleep.columns();
    let (_, rest) = next_field(line, names[0])?;
    let (age, rest) = next_field(rest, names[1])?;
    let (before, feeling, behind) = anchor(rest).ok_or_else(|| {
        format!("no {} in quotes with two times behind it in \"{}\": quote it", names[4], shorten(rest))
    })?;
    let (background, situation) = background_and_situation(before)
        .ok_or_else(|| format!("no comma between {} and {}: add it", names[2], names[3]))?;
    let Times { robot, student, reason } = behind;
    let feeling = feeling.replace("\"\"", "\"");
    let reason = if reason.starts_with('"') {
        // A file that somebody has mended quotes the reason as it should; an inner quote may also come first.
        strict(reason).ok().filter(|f| f.len() == 1).map_or_else(|| reason.to_owned(), |mut f| f.remove(0))
    } else {
        reason.to_owned()
    };
    Ok(Parts { age, background, situation, feeling, robot, student, reason })
}

struct Times<'a> {
    robot: &'a str,
    student: &'a str,
    reason: &'a str,
}

/// What stands before the quoted feeling, the feeling, and what follows: the first closing quote with two times behind
/// it, and the nearest opening quote before, since the situation may be quoted too.
fn anchor(text: &str) -> Option<(&str, &str, Times<'_>)> {
    text.match_indices("\",").find_map(|(close, _)| {
        let times = times(&text[close + 2..])?;
        let open = text[..close].rfind(",\"")?;
        Some((&text[..open], &text[open + 2..close], times))
    })
}

/// Two times, or remarks that there is none, and the reason behind them.
fn times(text: &str) -> Option<Times<'_>> {
    let (robot, rest) = time_field(text)?;
    let (student, reason) = time_field(rest)?;
    Some(Times { robot, student, reason })
}

/// A time or "N/A (…)" up to its comma; a remark in parentheses may hold commas of its own.
fn time_field(text: &str) -> Option<(&str, &str)> {
    if text.trim_start().starts_with("N/A") {
        let comma = text.match_indices(',').map(|(at, _)| at).find(|&at| depth(&text[..at]) == 0)?;
        return Some((&text[..comma], &text[comma + 1..]));
    }
    let (field, rest) = text.split_once(',')?;
    minutes_past_21(field).map(|_| (field, rest))
}

/// Background and situation: the comma between them has no space behind it and stands outside parentheses.
fn background_and_situation(text: &str) -> Option<(String, String)> {
    // A file that somebody has mended quotes the fields as it should.
    if let Ok([background, situation]) = strict(text).as_deref()
        && text.contains('"')
    {
        return Some((background.clone(), situation.clone()));
    }
    let outside = || text.match_indices(',').map(|(at, _)| at).filter(|&at| depth(&text[..at]) == 0);
    let comma = outside().find(|&at| !text[at + 1..].starts_with(' ')).or_else(|| outside().next())?;
    Some((text[..comma].to_owned(), text[comma + 1..].to_owned()))
}

/// How many parentheses are open at the end of `text`.
fn depth(text: &str) -> usize {
    text.bytes().fold(0, |depth: usize, b| match b {
        b'(' => depth + 1,
        b')' => depth.saturating_sub(1),
        _ => depth,
    })
}

/// "h:mm AM" or "h:mm PM" as minutes past 21:00; times up to noon belong to the next day.
fn minutes_past_21(text: &str) -> Option<f64> {
    let (clock, half) = text.trim().rsplit_once(' ')?;
    let (hours, minutes) = clock.split_once(':')?;
    let two_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit()).then(|| t.parse::<u8>().ok()).flatten();
    let hours = two_digits(hours).filter(|h| (1..=12).contains(h))? % 12;
    let minutes = two_digits(minutes).filter(|&m| m < 60)?;
    let since_midnight = f64::from(hours) * 60.0 + f64::from(minutes);
    match half {
        "AM" => Some(since_midnight + 180.0),
        "PM" => Some(since_midnight + 720.0 - 1260.0),
        _ => None,
    }
}

fn not_a_time(field: &str, text: &str) -> String {
    format!("{field} is \"{}\": give a time like 10:30 PM, or leave the row out", shorten(text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bedtimes_count_from_nine_in_the_evening() {
        let times = ["8:30 PM", "9:00 PM", "11:45 PM", "12:00 AM", "12:30 AM", "4:00 AM"];
        assert_eq!(times.map(minutes_past_21), [-30.0, 0.0, 165.0, 180.0, 210.0, 420.0].map(Some));
        for bad in ["21:00", "13:00 PM", "0:30 AM", "9:60 PM", "9 PM", "N/A (never)", "+9:00 PM"] {
            assert_eq!(minutes_past_21(bad), None, "{bad}");
        }
    }
}
