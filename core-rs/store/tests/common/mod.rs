//! What several tests start from.

use emomas_store::Scenario;

/// A scenario that uses every field.
pub(crate) const ROOFER: &str = r#"schema = 1
id = "debt-roofer-winter"
domain = "debt"
title = "A roofer between two seasons"

[parties]
agent = "Hollis Credit Union"
counterpart = "Dana Whitfield"
role = "debtor"

[quantity]
name = "days until payment"
unit = "days"
direction = "lower"

[agent]
target = 14
reservation = 60
deadline_turns = 12

[counterpart]
target = 120
reservation = 40
exit_turn = 9
ability = 45

[facts]
balance = "$4,310"
reason = "two clients paid late after the storms"

[norms]
forbid = ["disgust"]
"#;

/// [`ROOFER`], read.
pub(crate) fn roofer() -> Scenario {
    Scenario::from_toml(ROOFER).expect("a sound scenario")
}
