//! Which of the four files this is, told by its header.

use emomas_core::{Direction, Domain, Role};

use super::split;
use crate::StoreError;
use crate::scenario::Unit;

/// One of the four EmoMAS files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// `credit_recovery`: debts; clean CSV.
    CreditRecovery,
    /// `disaster_survivor`: rescues; unquoted lists of needs and curly quotes.
    DisasterSurvivor,
    /// `education_sleep`: bedtimes; unquoted reasons with commas.
    EducationSleep,
    /// `hospital_surgery`: surgery dates; unquoted commas and a column that many rows lack.
    HospitalSurgery,
}

const CREDIT: &[&str] = &[
    "Creditor Name",
    "Debtor Name",
    "Credit Type",
    "Original Amount (USD)",
    "Outstanding Balance (USD)",
    "Creditor Target Days",
    "Debtor Target Days",
    "Days Overdue",
    "Purchase Purpose",
    "Reason for Overdue",
    "Business Sector",
    "Last Payment Date",
    "Collateral",
    "Recovery Stage",
    "Cash Flow Situation",
    "Business Impact Description",
    "Proposed Solution",
    "Recovery Probability (%)",
    "Interest Accrued (USD)",
];

const DISASTER: &[&str] = &[
    "Case_ID",
    "Disaster_Type",
    "Survivor_Condition",
    "Estimated_Survivor_Endurance(minutes)",
    "Rescue_Team_ETA(minutes)",
    "Critical_Needs",
    "Key_Negotiation_Argument_By_RoboDog",
];

const SLEEP: &[&str] = &[
    "Case_ID",
    "Student_Age",
    "Student_Background",
    "Situation_Faced",
    "Student_Feeling_Thought",
    "Robots_Requested_Bedtime",
    "Student_Wanted_Bedtime",
    "Primary_Annoyance_Reason",
];

const SURGERY: &[&str] = &[
    "Case_ID",
    "Patient_Age",
    "Patient_Condition",
    "Required_Surgery",
    "Urgency_Level",
    "Days_On_Waitlist",
    "Preferred_Surgeon_Available",
    "Recommended_Surgeon_Experience_Level",
    "Surgeon_Availability_Reason",
    "Risk_If_Delayed",
    "Patient_Reason_For_Urgency",
    "Hospital_Suggestion",
    "Estimated_Time_Reduction_If_Accept_Junior_Surgeon(days)",
    "Decision_Point",
];

impl Layout {
    /// All layouts.
    pub const ALL: [Self; 4] =
        [Self::CreditRecovery, Self::DisasterSurvivor, Self::EducationSleep, Self::HospitalSurgery];

    /// Name, as in the file names of the data set.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreditRecovery => "credit_recovery",
            Self::DisasterSurvivor => "disaster_survivor",
            Self::EducationSleep => "education_sleep",
            Self::HospitalSurgery => "hospital_surgery",
        }
    }

    /// The header's column names, in order.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::CreditRecovery => CREDIT,
            Self::DisasterSurvivor => DISASTER,
            Self::EducationSleep => SLEEP,
            Self::HospitalSurgery => SURGERY,
        }
    }

    /// The domain of the layout's scenarios.
    pub const fn domain(self) -> Domain {
        match self {
            Self::CreditRecovery => Domain::Debt,
            Self::DisasterSurvivor => Domain::Disaster,
            Self::EducationSleep => Domain::Sleep,
            Self::HospitalSurgery => Domain::Surgery,
        }
    }

    pub(super) const fn role(self) -> Role {
        match self {
            Self::CreditRecovery => Role::Debtor,
            Self::DisasterSurvivor => Role::Survivor,
            Self::EducationSleep => Role::Student,
            Self::HospitalSurgery => Role::Patient,
        }
    }

    /// Name, unit and the direction the agent prefers. A rescue team and a hospital want more time, the others less.
    pub(super) const fn quantity(self) -> (&'static str, Unit, Direction) {
        match self {
            Self::CreditRecovery => ("days until payment", Unit::Days, Direction::Lower),
            Self::DisasterSurvivor => ("minutes to hold on", Unit::Minutes, Direction::Higher),
            Self::EducationSleep => ("bedtime", Unit::MinutesPast21, Direction::Lower),
            Self::HospitalSurgery => ("days until the operation", Unit::Days, Direction::Higher),
        }
    }
}

/// A recognised header.
pub(super) struct Columns {
    pub(super) layout: Layout,
    /// Where each of the layout's columns stands in the file.
    pub(super) positions: Vec<usize>,
    /// How many columns the file has.
    pub(super) width: usize,
    pub(super) ignored: Vec<String>,
}

/// The layout of `header`; letter case and blanks around names don't matter.
pub(super) fn recognise(name: &str, header: &str) -> Result<Columns, StoreError> {
    let unknown = || StoreError::CsvLayout { name: name.to_owned(), found: header.trim().chars().take(300).collect() };
    let found: Vec<String> =
        split::strict(header).map_err(|_| unknown())?.iter().map(|c| c.trim().to_owned()).collect();
    let find = |column: &str| found.iter().position(|f| f.eq_ignore_ascii_case(column));
    let hits = |layout: Layout| layout.columns().iter().filter(|c| find(c).is_some()).count();

    // The layout that has the largest share of its columns in the file, if that is more than half of them.
    let share = |layout: Layout| hits(layout) as f64 / layout.columns().len() as f64;
    let best = Layout::ALL.into_iter().max_by(|&a, &b| share(a).total_cmp(&share(b))).filter(|&l| share(l) > 0.5);
    let layout = best.ok_or_else(unknown)?;
    let problem = |problem: String, remedy: &'static str| {
        Err(StoreError::CsvColumns { name: name.to_owned(), layout: layout.name(), problem, remedy })
    };

    let missing: Vec<&str> = layout.columns().iter().copied().filter(|c| find(c).is_none()).collect();
    if !missing.is_empty() {
        return problem(format!("lacks {}", list(&missing)), "add the columns");
    }
    if let Some((_, twice)) =
        found.iter().enumerate().find(|(i, f)| found[..*i].iter().any(|earlier| earlier.eq_ignore_ascii_case(f)))
    {
        return problem(format!("has \"{twice}\" twice"), "name each column once");
    }
    let positions: Vec<usize> = layout.columns().iter().filter_map(|c| find(c)).collect();
    let known = |f: &String| layout.columns().iter().any(|c| c.eq_ignore_ascii_case(f));
    let ignored: Vec<String> = found.iter().filter(|f| !known(f)).cloned().collect();
    if layout != Layout::CreditRecovery {
        // Broken rows are mended by position, which only holds with exactly these columns in this order.
        const EXACT: &str = "give exactly the layout's columns, in its order; broken rows are mended by position";
        if !ignored.is_empty() {
            return problem(format!("has the extra {}", list(&ignored)), EXACT);
        }
        if !positions.is_sorted() {
            return problem("its columns are in another order".to_owned(), EXACT);
        }
    }
    Ok(Columns { layout, positions, width: found.len(), ignored })
}

fn list<S: AsRef<str>>(columns: &[S]) -> String {
    columns.iter().map(|c| format!("\"{}\"", c.as_ref())).collect::<Vec<_>>().join(", ")
}

/// The four known headers, one a line.
pub(crate) fn signatures() -> String {
    Layout::ALL.map(|l| format!("  {}: {}", l.name(), l.columns().join(","))).join("\n")
}
