//! Where boxes stand: children of a compound state in columns by their distance from the first one, regions of a
//! parallel state below each other. Transitions are rows inside the box of their source, so labels never overlap.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::draw::label;
use crate::source::{Kind, State, Transition};

/// Width of a character of a row, which is in a typewriter face of 11 px.
const ROW_CHARACTER: f64 = 6.9;
const TITLE_CHARACTER: f64 = 8.2;
pub(super) const ROW: f64 = 17.0;
pub(super) const TITLE: f64 = 28.0;
/// Room around the children of a box.
const MARGIN: f64 = 22.0;
/// Room between columns, for arrows.
const GAP_X: f64 = 64.0;
const GAP_Y: f64 = 26.0;
/// Room for an arrow below the boxes.
pub(super) const LANE: f64 = 9.0;
/// A row longer than this is cut.
const ROW_CHARACTERS: usize = 52;
pub(super) const HISTORY: f64 = 26.0;

/// A state's box and what is inside.
pub(super) struct Placed<'a> {
    pub(super) state: &'a State,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Entry, exit, then one row for each transition.
    pub(super) rows: Vec<Row<'a>>,
    pub(super) children: Vec<Placed<'a>>,
    /// Children entered first.
    pub(super) first: Vec<&'a str>,
    /// Its column among its siblings.
    pub(super) column: usize,
}

/// A line of text in a box.
pub(super) struct Row<'a> {
    pub(super) text: String,
    pub(super) targets: &'a [String],
}

impl Placed<'_> {
    fn shift(&mut self, dx: f64, dy: f64) {
        self.x += dx;
        self.y += dy;
        for child in &mut self.children {
            child.shift(dx, dy);
        }
    }

    /// Middle of a row.
    pub(super) fn row_y(&self, row: usize) -> f64 {
        self.y + TITLE + ROW * (row as f64 + 0.5)
    }
}

fn row<'a>(state: &State, transition: &'a Transition) -> Row<'a> {
    let label = label::transition(state, transition);
    let text = if label.is_empty() { "always".into() } else { cut(label) };
    Row { text, targets: &transition.targets }
}

fn cut(text: String) -> String {
    if text.chars().count() <= ROW_CHARACTERS {
        return text;
    }
    text.chars().take(ROW_CHARACTERS - 1).chain(core::iter::once('…')).collect()
}

/// The box of a state with everything inside, its corner at the origin.
pub(super) fn place(state: &State) -> Placed<'_> {
    if label::is_history(state) {
        let (width, height) = (HISTORY, HISTORY);
        return Placed {
            state,
            x: 0.0,
            y: 0.0,
            width,
            height,
            rows: Vec::new(),
            children: Vec::new(),
            first: Vec::new(),
            column: 0,
        };
    }
    let activities = label::activities(state).into_iter().map(|text| Row { text: cut(text), targets: &[] });
    let rows: Vec<Row<'_>> =
        activities.chain(state.transitions.iter().map(|transition| row(state, transition))).collect();
    let widest = rows.iter().map(|row| row.text.chars().count()).max().unwrap_or(0) as f64;
    let title = state.id.chars().count() as f64 * TITLE_CHARACTER;
    let head = TITLE + ROW * rows.len() as f64 + if rows.is_empty() { 0.0 } else { 6.0 };
    let initial = state.initial.as_ref().map_or(&[][..], |initial| &initial.targets);
    let first = if state.kind == Kind::Parallel { Vec::new() } else { label::first(initial, &state.states) };
    let (children, inner_width, inner_height) = arrange(&state.states, &first, state.kind == Kind::Parallel);
    let own_width = (widest * ROW_CHARACTER + 26.0).max(title + 28.0).max(84.0);
    let mut placed = Placed {
        state,
        x: 0.0,
        y: 0.0,
        width: own_width.max(inner_width),
        height: head + inner_height,
        rows,
        children,
        first,
        column: 0,
    };
    for child in &mut placed.children {
        child.shift(0.0, head);
    }
    if state.kind == Kind::Parallel {
        // Regions are as wide as the widest.
        let width = placed.width - 2.0 * MARGIN;
        placed
            .children
            .iter_mut()
            .filter(|child| !label::is_history(child.state))
            .for_each(|child| child.width = width);
    }
    placed
}

/// Boxes of siblings, and the room that they take.
pub(super) fn arrange<'a>(states: &'a [State], first: &[&str], regions: bool) -> (Vec<Placed<'a>>, f64, f64) {
    let mut boxes: Vec<Placed<'a>> = states.iter().map(place).collect();
    if boxes.is_empty() {
        return (boxes, 0.0, 0.0);
    }
    let (columns, lanes) = if regions { (vec![0; boxes.len()], 0) } else { columns(states, first) };
    boxes.iter_mut().zip(&columns).for_each(|(placed, column)| placed.column = *column);
    let mut x = MARGIN + if regions { 0.0 } else { 18.0 };
    let mut tallest: f64 = 0.0;
    for column in 0..=columns.iter().copied().max().unwrap_or(0) {
        let mut y = 6.0;
        let mut widest: f64 = 0.0;
        for (placed, _) in boxes.iter_mut().zip(&columns).filter(|(_, own)| **own == column) {
            placed.shift(x, y);
            y += placed.height + if regions { 14.0 } else { GAP_Y };
            widest = widest.max(placed.width);
        }
        tallest = tallest.max(y - if regions { 14.0 } else { GAP_Y });
        x += widest + GAP_X;
    }
    (boxes, x - GAP_X + MARGIN + if regions { 0.0 } else { 14.0 }, tallest + MARGIN + LANE * lanes as f64)
}

/// The column of each sibling: its distance, in transitions, from those entered first. And how many arrows pass over a
/// column, each of which takes a lane below the boxes.
fn columns(states: &[State], first: &[&str]) -> (Vec<usize>, usize) {
    let mut home = BTreeMap::new();
    for (index, state) in states.iter().enumerate() {
        collect(state, index, &mut home);
    }
    let mut leads = vec![Vec::new(); states.len()];
    for (index, state) in states.iter().enumerate() {
        each_target(state, &mut |target| leads[index].extend(home.get(target).copied()));
    }
    let mut column = vec![usize::MAX; states.len()];
    let mut open: Vec<usize> = first.iter().filter_map(|id| home.get(*id).copied()).collect();
    for index in &open {
        column[*index] = 0;
    }
    let mut next = 0;
    while let Some(index) = open.get(next).copied() {
        next += 1;
        for target in &leads[index] {
            if column[*target] == usize::MAX {
                column[*target] = column[index] + 1;
                open.push(*target);
            }
        }
    }
    let mut column: Vec<usize> = column.into_iter().map(|c| if c == usize::MAX { 0 } else { c }).collect();
    // Nothing leads on from final states, so they stand last.
    let is_final = |index: &usize| states[*index].kind == Kind::Final;
    let last = (0..states.len()).filter(|index| !is_final(index)).map(|index| column[index] + 1).max().unwrap_or(0);
    (0..states.len()).filter(is_final).for_each(|index| column[index] = last);
    let passes = |from: usize| leads[from].iter().filter(|to| column[**to].abs_diff(column[from]) > 1).count();
    let lanes = (0..states.len()).map(passes).sum();
    (column, lanes)
}

fn collect<'a>(state: &'a State, index: usize, home: &mut BTreeMap<&'a str, usize>) {
    home.insert(&state.id, index);
    for child in &state.states {
        collect(child, index, home);
    }
}

fn each_target<'a>(state: &'a State, each: &mut impl FnMut(&'a str)) {
    state.transitions.iter().flat_map(|transition| &transition.targets).for_each(|target| each(target));
    for child in &state.states {
        each_target(child, each);
    }
}
