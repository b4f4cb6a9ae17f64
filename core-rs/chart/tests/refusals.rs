//! What can't be a chart, and what is said about it.

mod common;

use common::{chart, compiled, refusal};
use emomas_chart::{Chart, ChartError, formats};

#[test]
fn structure_is_checked_with_state_and_line() {
    for (text, parts) in [
        ("[states.a]\non.go = \"nowhere\"", &["line 2", "state \"a\"", "\"nowhere\""][..]),
        ("[states.green]\non.go = \"Green\"", &["did you mean \"green\""]),
        ("initial = [\"a\", \"b\"]\n[states.a]\n[states.b]", &["can't both be entered"]),
        ("[states.a]\ninitial = \"b\"\n[states.a.states.a1]\n[states.b]", &["state \"a\"", "isn't inside"]),
        ("[states.a]\ninitial = \"b\"", &["an initial in a state without children"]),
        ("[states.a]\nfinal = true\non.go = \"a\"", &["final state with children or transitions"]),
        ("[states.a]\nparallel = true", &["parallel state without children"]),
        ("[states.h]\nhistory = \"deep\"\ntarget = \"h\"", &["a history outside any state"]),
        ("[states.a.states.a1]\n[states.b.states.a1]", &["a second state of this id"]),
        ("name = \"x\"", &["without states"]),
        ("[states.a]\nextry = []", &["line 2", "key is \"extry\"", "entry"]),
        ("[states.a]\nentry = [{ efect = \"x\" }]", &["line 2", "one of effect, assign"]),
        ("[states.a]\nafter.\"1 day\" = \"a\"", &["250 ms"]),
        ("[states.a]\nentry = [{ assign = \"n\", value = \"1\" }]", &["\"n\"", "declare"]),
        ("[states.a]\ntransitions = [{ event = \"a.*.b\" }]", &["event is \"a.*.b\""]),
        ("states = 3", &["line 1", "states is an integer"]),
        ("a = ", &["line 1", "not TOML"]),
    ] {
        let message = refusal(text);
        for part in parts {
            assert!(message.contains(part), "{text}\n-> {message}\nlacks {part}");
        }
    }
}

#[test]
fn a_history_that_leads_back_to_itself_is_a_cyclic_entry() {
    let text = r#"
[states.a.states.h]
history = "shallow"
target = "k"
[states.a.states.k]
history = "deep"
target = "h"
[states.a.states.x]
"#;
    assert!(refusal(text).contains("cyclic entry"));
}

#[test]
fn expressions_are_checked_when_built() {
    let guard = |text: &str| {
        refusal(&format!("variables.n = 0\n[states.a]\ntransitions = [{{ guard = \"{text}\", target = \"a\" }}]"))
    };
    for (text, part) in [
        ("m > 0", "m is no variable"),
        ("n > ", "the end stands where a value"),
        ("n > 0 > 1", "don't chain"),
        ("(n > 0", "\")\" should"),
        ("In('x')", "no such state"),
        ("n = 1", "\"=\""),
        ("f(n)", "no calls"),
        ("_event.a.b > 0", "one field"),
        ("n > 9223372036854775808", "64-bit"),
        ("n # 1", "means nothing"),
        ("_event.name", "can only be compared"),
    ] {
        let message = guard(text);
        assert!(message.contains("line 3, state \"a\"") && message.contains(part), "{text} -> {message}");
    }
    let deep = format!("{}n{} > 0", "(".repeat(100), ")".repeat(100));
    assert!(guard(&deep).contains("nested deeper"));
    let long = format!("n{} > 0", " + n".repeat(1000));
    assert!(guard(&long).contains("at most 2000"));
}

#[test]
fn limits_hold() {
    let many = |count: usize| (0..count).map(|i| format!("[states.s{i}]\n")).collect::<Vec<_>>().concat();
    assert!(compiled(&many(1023)).is_ok());
    assert!(matches!(compiled(&many(1024)), Err(ChartError::Limit { what: "states", .. })));
    let path = (0..40).map(|i| format!(".states.s{i}")).collect::<Vec<_>>().concat();
    assert!(matches!(compiled(&format!("[{}]", &path[1..])), Err(ChartError::Limit { .. })));
    assert!(matches!(compiled(&"#".repeat(1 << 21)), Err(ChartError::Limit { what: "bytes of text", .. })));
}

#[test]
fn warnings_name_the_place() {
    let chart = chart(
        r#"
variables.n = 0
[states.a]
transitions = [
  { event = "go", target = "b" },
  { event = "go.fast", target = "a" },
  { event = "x", guard = "n > 0", target = "b" },
  { event = "x", guard = "n < 5", target = "a" },
  { event = "y", guard = "n > 0", target = "b" },
  { event = "y", guard = "not (n > 0)", target = "a" },
]
[states.b]
[states.c]
"#,
    );
    let found: Vec<String> = chart.warnings().iter().map(|f| format!("{} {f}", f.code)).collect();
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].starts_with("unreachable line 13, state \"c\""), "{found:#?}");
    assert!(found[1].starts_with("never_wins line 6, state \"a\"") && found[1].contains("go.fast"));
    assert!(found[2].starts_with("ambiguous line 8, state \"a\"") && found[2].contains("on line 7"));
}

const SAFE: &str = r#"
safety = true
safe = "safe"
[states.run]
on.stop = "safe"
on.done = "run"
[states.safe]
on.stop = "safe"
on.done = "safe"
"#;

#[test]
fn a_safety_chart_reaches_safe_and_handles_every_event() {
    assert!(compiled(SAFE).is_ok());
    let unnamed = SAFE.replace("safe = \"safe\"\n[states.run]", "[states.run]");
    assert!(refusal(&unnamed).contains("names its SAFE state"));
    let stuck = format!("{SAFE}on.lock = \"stuck\"\n[states.stuck]\non.stop = \"stuck\"\non.done = \"stuck\"\n");
    let message = refusal(&stuck);
    assert!(message.contains("state \"stuck\": the SAFE state \"safe\" can't be reached"), "{message}");
    assert!(message.contains("\"lock\" is left unhandled"), "{message}");
    let dead = format!("{SAFE}[states.unused]\n");
    assert!(refusal(&dead).contains("nothing leads here"));
}

#[test]
fn in_a_safety_chart_a_region_may_answer_for_those_beside_it() {
    let text = r#"
safety = true
safe = "halted"
[states.p]
parallel = true
[states.p.states.talk]
[states.p.states.talk.states.open]
on.next = "close"
[states.p.states.talk.states.close]
on.next = "open"
[states.p.states.guard]
[states.p.states.guard.states.nominal]
on.stop = "halted"
[states.p.states.guard.states.halted]
on.stop = "halted"
"#;
    compiled(text).expect("talk may rely on guard");
    let gap = text.replace(
        "[states.p.states.guard.states.halted]\non.stop = \"halted\"",
        "[states.p.states.guard.states.halted]",
    );
    assert!(refusal(&gap).contains("state \"halted\": the event \"stop\" is left unhandled"));
}

fn scxml(inside: &str) -> Result<Chart, ChartError> {
    let text = format!("<scxml xmlns=\"http://www.w3.org/2005/07/scxml\" version=\"1.0\">\n{inside}\n</scxml>");
    Chart::new(formats::scxml::read(&text)?)
}

#[test]
fn what_scxml_has_and_charts_lack_is_refused_by_name_and_line() {
    for (inside, parts) in [
        ("<script>x()</script>", &["line 2", "<script>"][..]),
        ("<state id=\"a\"><onentry>\n<script/></onentry></state>", &["line 3", "<script> in <onentry>", "effect"]),
        ("<state id=\"a\"><invoke type=\"x\"/></state>", &["<invoke> in <state>"]),
        ("<state id=\"a\"><onentry><foreach array=\"x\" item=\"y\"/></onentry></state>", &["<foreach>"]),
        ("<final id=\"a\"><donedata/></final>", &["<donedata>"]),
        ("<state id=\"a\" wings=\"2\"/>", &["attribute wings of <state>"]),
        (
            "<state id=\"a\"><onentry><send event=\"e\" target=\"http://x\"/></onentry></state>",
            &["target \"http://x\""],
        ),
        ("<state id=\"a\"><onentry><send event=\"e\" type=\"http\"/></onentry></state>", &["type \"http\""]),
        ("<datamodel><data id=\"x\"/></datamodel><state id=\"a\"/>", &["<data id=\"x\"> without a value"]),
        ("<datamodel><data id=\"x\" expr=\"[1]\"/></datamodel><state id=\"a\"/>", &["line 2", "\"[1]\""]),
        (
            "<state id=\"a\" initial=\"b\"><initial><transition target=\"b\"/></initial><state id=\"b\"/></state>",
            &["two initial states"],
        ),
        ("<state id=\"a\">words</state>", &["text inside <state>"]),
        ("<state id=\"a\"><transition cond=\"q\" target=\"a\"/></state>", &["state \"a\"", "q is no variable"]),
        ("<state id=\"a\">", &["not the XML"]),
    ] {
        let message = scxml(inside).expect_err("refused").to_string();
        for part in parts {
            assert!(message.contains(part), "{inside}\n-> {message}\nlacks {part}");
        }
    }
}

#[test]
fn entities_are_never_expanded() {
    let bomb = "<!DOCTYPE scxml [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><scxml>&b;</scxml>";
    let message = formats::scxml::read(bomb).expect_err("refused").to_string();
    assert!(message.contains("DTD"), "{message}");
    let nested = format!("<scxml>{}{}</scxml>", "<state>".repeat(50_000), "</state>".repeat(50_000));
    assert!(formats::scxml::read(&nested).is_err());
    let tables = format!("a{} = 1", ".a".repeat(200_000));
    assert!(formats::toml::read(&tables).is_err());
    let lists = format!("a = {}", "[".repeat(200_000));
    assert!(formats::toml::read(&lists).is_err());
}
