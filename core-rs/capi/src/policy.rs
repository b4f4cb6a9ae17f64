//! Policies by name, as the caller spells them.

use emomas_core::Emotion;
use emomas_core::agent::Policy;
use emomas_core::experts::{ExpertKind, MAX_EXPERTS};
use emomas_core::orchestrator::Selection;

use crate::failure::{Failure, Refusal};

const EXPERTS: &str = "game, rl, coherence, uniform, external";

/// The policy called `name`, or that of the experts between its commas; none is EmoMAS.
pub(crate) fn parse(name: Option<&str>) -> Result<Policy, Refusal> {
    let Some(name) = name else { return Ok(Policy::emomas()) };
    if let Some(policy) = Policy::by_name(name) {
        return Ok(policy);
    }
    let experts = name.split(',').map(|part| expert(part.trim())).collect::<Option<Vec<_>>>();
    match experts {
        None => Err(Refusal::Policy { name: name.to_owned(), known: Policy::NAMES.join(", "), experts: EXPERTS }),
        Some(experts) if experts.len() > MAX_EXPERTS => {
            Err(Failure::Experts { found: experts.len(), most: MAX_EXPERTS }.into())
        }
        Some(experts) => Ok(Policy::of(&experts, Selection::Argmax)),
    }
}

fn expert(name: &str) -> Option<ExpertKind> {
    Some(match name {
        "game" => ExpertKind::Game,
        "rl" => ExpertKind::Rl,
        "coherence" => ExpertKind::Coherence,
        "uniform" => ExpertKind::Uniform,
        "external" => ExpertKind::External,
        emotion => ExpertKind::Fixed(Emotion::from_name(emotion)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Status;

    #[test]
    fn names_and_lists_are_told_apart() {
        assert_eq!(parse(None).ok(), Some(Policy::emomas()));
        for name in Policy::NAMES {
            assert_eq!(parse(Some(name)).ok(), Policy::by_name(name));
        }
        let listed = parse(Some("rl, external,joy")).expect("known experts");
        assert_eq!(listed.experts, [ExpertKind::Rl, ExpertKind::External, ExpertKind::Fixed(Emotion::Joy)]);
    }

    #[test]
    fn unknown_names_and_long_lists_are_refused() {
        for name in ["", "zen", "joy,", "game;rl"] {
            let failure = parse(Some(name)).expect_err("no such policy");
            assert_eq!(failure.status(), Status::UnknownName);
            assert!(failure.to_string().contains(&format!("{name:?}: give one of vanilla")), "{failure}");
        }
        let failure = parse(Some("joy,joy,joy,joy,joy,joy,joy,joy,joy")).expect_err("nine experts");
        assert_eq!(failure.status(), Status::Argument);
    }
}
