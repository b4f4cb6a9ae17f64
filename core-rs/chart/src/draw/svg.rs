//! SVG: nested boxes, with arrows behind the atomic ones.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::draw::label;
use crate::draw::layout::{HISTORY, LANE, Placed, ROW, TITLE, arrange};
use crate::formats::escape;
use crate::source::{Kind, Source};

const STYLE: &str = "text{font-family:Helvetica,Arial,sans-serif;font-size:13px;fill:#1f2933}\
.title{font-weight:bold}.row{font-family:DejaVu Sans Mono,Menlo,Consolas,monospace;font-size:11px;fill:#52606d}\
.box{fill:#fff;stroke:#7b8794}.nest{fill:#f5f7fa;stroke:#9aa5b1}.deep{fill:#eef1f5;stroke:#9aa5b1}\
.region{stroke-dasharray:5 4}.active{fill:#e3f4e8;stroke:#2f855a;stroke-width:2}\
.arrow{fill:none;stroke:#3e6fb0;stroke-width:1.3}.start{fill:#1f2933}.rule{stroke:#d5dbe1}";

/// The chart as a picture; `active` states are highlighted.
pub fn svg(source: &Source, active: &[String]) -> String {
    let first = label::first(&source.initial, &source.states);
    let (boxes, width, height) = arrange(&source.states, &first, false);
    let mut picture = Picture { out: String::new(), at: BTreeMap::new(), lanes: BTreeMap::new(), active };
    for placed in &boxes {
        picture.find(placed, &[]);
    }
    picture.lanes.insert("", height);
    let (width, height) = (width + 40.0, height + 22.0);
    _ = writeln!(
        picture.out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 -16 {width:.0} {height:.0}\">\n<style>{STYLE}</style>\n<defs><marker id=\"tip\" \
         viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path \
         d=\"M0,0.8 L7.5,4 L0,7.2 Z\" fill=\"#3e6fb0\"/></marker></defs>\n<rect x=\"0\" y=\"-16\" \
         width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#fff\"/>"
    );
    for placed in &boxes {
        picture.nest(placed, 0);
    }
    for placed in &boxes {
        picture.arrows(placed);
    }
    picture.starts(&first);
    for placed in &boxes {
        picture.leaf(placed);
    }
    picture.out.push_str("</svg>\n");
    picture.out
}

/// A box: left, top, width, height.
type Frame = (f64, f64, f64, f64);

struct Picture<'a> {
    out: String,
    at: BTreeMap<&'a str, Spot<'a>>,
    /// By state: where its next lane for a long arrow runs.
    lanes: BTreeMap<&'a str, f64>,
    active: &'a [String],
}

/// A state's box, and the way to it: each state with its column, outermost first.
struct Spot<'a> {
    frame: Frame,
    way: Vec<(&'a str, usize)>,
}

impl<'a> Picture<'a> {
    fn find(&mut self, placed: &Placed<'a>, above: &[(&'a str, usize)]) {
        let id = placed.state.id.as_str();
        let way: Vec<_> = above.iter().copied().chain([(id, placed.column)]).collect();
        for child in &placed.children {
            self.find(child, &way);
        }
        self.lanes.insert(id, placed.y + placed.height);
        self.at.insert(id, Spot { frame: (placed.x, placed.y, placed.width, placed.height), way });
    }

    /// A lane, if the way from one state to another passes over a column of boxes.
    fn lane(&mut self, from: &str, to: &str) -> Option<f64> {
        let (from, to) = (&self.at.get(from)?.way, &self.at.get(to)?.way);
        let shared = from.iter().zip(to).take_while(|(a, b)| a.0 == b.0).count();
        let (_, column) = from.get(shared)?;
        if column.abs_diff(to.get(shared)?.1) < 2 {
            return None;
        }
        let holder = shared.checked_sub(1).map_or("", |index| from[index].0);
        let lane = self.lanes.get_mut(holder)?;
        *lane -= LANE;
        Some(*lane)
    }

    fn frame(&mut self, placed: &Placed<'_>, class: &str) {
        let active = if self.active.contains(&placed.state.id) { " active" } else { "" };
        _ = writeln!(
            self.out,
            "<rect class=\"{class}{active}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\"/>",
            placed.x, placed.y, placed.width, placed.height
        );
    }

    fn text(&mut self, placed: &Placed<'_>) {
        let (x, y) = (placed.x + 12.0, placed.y + 19.0);
        let title = escape(&placed.state.id);
        _ = writeln!(self.out, "<text class=\"title\" x=\"{x:.1}\" y=\"{y:.1}\">{title}</text>");
        if !placed.rows.is_empty() {
            let (left, right, y) = (placed.x, placed.x + placed.width, placed.y + TITLE - 1.0);
            _ = writeln!(
                self.out,
                "<line class=\"rule\" x1=\"{left:.1}\" y1=\"{y:.1}\" x2=\"{right:.1}\" y2=\"{y:.1}\"/>"
            );
        }
        for (index, row) in placed.rows.iter().enumerate() {
            let (y, text) = (placed.row_y(index) + ROW * 0.28, escape(&row.text));
            _ = writeln!(self.out, "<text class=\"row\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>");
        }
    }

    /// States with children, outermost first.
    fn nest(&mut self, placed: &Placed<'_>, depth: usize) {
        if placed.children.is_empty() {
            return;
        }
        let class = if depth.is_multiple_of(2) { "nest" } else { "deep" };
        let region = if placed.state.kind == Kind::Parallel { " region" } else { "" };
        self.frame(placed, &format!("{class}{region}"));
        self.text(placed);
        for child in &placed.children {
            self.nest(child, depth + 1);
        }
    }

    fn leaf(&mut self, placed: &Placed<'_>) {
        for child in &placed.children {
            self.leaf(child);
        }
        if !placed.children.is_empty() {
            return;
        }
        if label::is_history(placed.state) {
            let (x, y) = (placed.x + HISTORY / 2.0, placed.y + HISTORY / 2.0);
            let text = if placed.state.kind == Kind::DeepHistory { "H*" } else { "H" };
            let r = HISTORY / 2.0;
            _ = writeln!(self.out, "<circle class=\"box\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\"/>");
            _ = writeln!(self.out, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>", y + 4.5);
            return;
        }
        self.frame(placed, "box");
        if placed.state.kind == Kind::Final {
            let (x, y, w, h) = (placed.x + 3.0, placed.y + 3.0, placed.width - 6.0, placed.height - 6.0);
            _ = writeln!(
                self.out,
                "<rect class=\"box\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"6\"/>"
            );
        }
        self.text(placed);
    }

    /// The dot before a state that is entered first.
    fn starts(&mut self, first: &[&str]) {
        let frames: Vec<Frame> = first.iter().filter_map(|id| self.at.get(id).map(|spot| spot.frame)).collect();
        for (x, y, _, _) in frames {
            let (dot, y) = (x - 24.0, y + 14.0);
            _ = writeln!(self.out, "<circle class=\"start\" cx=\"{dot:.1}\" cy=\"{y:.1}\" r=\"4.5\"/>");
            self.arrow(&format!("M{dot:.1},{y:.1} L{:.1},{y:.1}", x - 1.0));
        }
    }

    fn arrow(&mut self, path: &str) {
        _ = writeln!(self.out, "<path class=\"arrow\" d=\"{path}\" marker-end=\"url(#tip)\"/>");
    }

    fn arrows(&mut self, placed: &Placed<'_>) {
        for (index, row) in placed.rows.iter().enumerate() {
            for target in row.targets {
                let Some(frame) = self.at.get(target.as_str()).map(|spot| spot.frame) else { continue };
                match self.lane(&placed.state.id, target) {
                    Some(lane) => self.detour(placed, placed.row_y(index), frame, lane),
                    None => self.transition(placed, placed.row_y(index), frame),
                }
            }
        }
        self.starts(&placed.first);
        for child in &placed.children {
            self.arrows(child);
        }
    }

    /// From a row to the head of a box: straight across where the box stands to the right or left, else round the right.
    fn transition(&mut self, placed: &Placed<'_>, y: f64, (left, top, width, height): Frame) {
        let (near, far) = (placed.x, placed.x + placed.width);
        let (aim, right) = (top + 14.0, left + width);
        if left > far + 8.0 {
            return self.curve((far, y), (left, aim), ((left - far) / 2.0).max(20.0));
        }
        if right < near - 8.0 {
            return self.curve((near, y), (right, aim + 6.0), -((near - right) / 2.0).max(20.0));
        }
        let inside = left > near && right < far && top > placed.y && top + height < placed.y + placed.height;
        if inside {
            // To a state within: from the left border, down into it.
            return self.curve((near, y), (left, aim), (left - near) / 2.0);
        }
        let same = (right - far).abs() < 1.0 && (top - placed.y).abs() < 1.0;
        let aim = if same { aim - 4.0 } else { aim + 6.0 };
        let bend = far.max(right) + 22.0 + (y - aim).abs().min(240.0) / 8.0;
        self.arrow(&format!("M{far:.1},{y:.1} C{bend:.1},{y:.1} {bend:.1},{aim:.1} {right:.1},{aim:.1}"));
    }

    /// Below all boxes: down beside the source, along the lane, up beside the target.
    fn detour(&mut self, placed: &Placed<'_>, y: f64, (left, top, width, _): Frame, lane: f64) {
        let ahead = left > placed.x;
        let (x, to_x, side) = if ahead { (placed.x + placed.width, left, 1.0) } else { (placed.x, left + width, -1.0) };
        // Deeper lanes keep further from the boxes, so that arrows don't run into each other.
        let (room, aim, r) = (12.0 + (lane / LANE) % 4.0 * 5.0, top + 14.0, 6.0);
        let (down, up) = (x + side * room, to_x - side * (room + 4.0));
        let (in_x, out_x) = (down - side * r, down + side * r);
        let (near, past) = (up - side * r, up + side * r);
        let (fall, rise, start, turn) = (lane - r, lane - r, y + r, aim + r);
        self.arrow(&format!(
            "M{x:.1},{y:.1} H{in_x:.1} Q{down:.1},{y:.1} {down:.1},{start:.1} V{fall:.1} Q{down:.1},{lane:.1} \
             {out_x:.1},{lane:.1} H{near:.1} Q{up:.1},{lane:.1} {up:.1},{rise:.1} V{turn:.1} Q{up:.1},{aim:.1} \
             {past:.1},{aim:.1} H{to_x:.1}"
        ));
    }

    fn curve(&mut self, (x, y): (f64, f64), (to_x, to_y): (f64, f64), bend: f64) {
        let (a, b) = (x + bend, to_x - bend);
        self.arrow(&format!("M{x:.1},{y:.1} C{a:.1},{y:.1} {b:.1},{to_y:.1} {to_x:.1},{to_y:.1}"));
    }
}
