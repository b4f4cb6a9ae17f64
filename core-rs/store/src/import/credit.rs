//! Debts: clean CSV, read by column name, so that extra columns don't matter.

use super::split::{decimal, money, number, strict, words};
use super::{Case, Layout};

/// The case in `line`; `positions` tells where each known column stands, `width` how many columns there are.
pub(super) fn read(positions: &[usize], width: usize, line: &str) -> Result<Case, String> {
    let fields = strict(line)?;
    if fields.len() != width {
        return Err(format!("the row has {} fields, the header {width}: quote fields that hold commas", fields.len()));
    }
    let names = Layout::CreditRecovery.columns();
    let column = |i: usize| fields[positions[i]].trim();
    let (creditor, debtor, kind) = (column(0), column(1), words(column(2)));
    let original = decimal(names[3], column(3))?;
    let balance = decimal(names[4], column(4))?;
    let agent_target = number(names[5], column(5))?;
    let counterpart_target = number(names[6], column(6))?;
    let overdue = number(names[7], column(7))?;
    // Not used, but a chance out of its range shows that the row has slipped.
    if decimal(names[17], column(17))? > 100.0 {
        return Err(format!("{} is \"{}\": give 0 to 100", names[17], column(17)));
    }
    let interest = decimal(names[18], column(18))?;
    let mut facts = vec![
        ("balance", money(balance)),
        ("reason", words(column(9))),
        ("credit_type", kind.clone()),
        ("original_amount", money(original)),
        ("days_overdue", format!("{overdue}")),
        ("interest", money(interest)),
        ("purpose", words(column(8))),
        ("stage", words(column(13))),
        ("cash_flow", words(column(14))),
        ("proposed_solution", words(column(16))),
    ];
    // The file writes "None" for a debt without collateral.
    if column(12) != "None" {
        facts.push(("collateral", words(column(12))));
    }
    Ok(Case {
        title: format!("{kind}, {overdue} days overdue"),
        agent: creditor.to_owned(),
        counterpart: debtor.to_owned(),
        agent_target,
        counterpart_target,
        facts,
    })
}
