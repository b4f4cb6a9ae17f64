//! SVG: nested boxes, with arrows behind the atomic ones.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::draw::label;
use crate::draw::layout::{HISTORY, Placed, ROW, TITLE, arrange};
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
    let mut picture = Picture { out: String::new(), at: BTreeMap::new(), active };
    boxes.iter().for_each(|placed| picture.find(placed));
    let (width, height) = (width + 40.0, height + 22.0);
    _ = writeln!(
        picture.out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 -16 {width:.0} {height:.0}\">\n<style>{STYLE}</style>\n<defs><marker id=\"tip\" \
         viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path \
         d=\"M0,0.8 L7.5,4 L0,7.2 Z\" fill=\"#3e6fb0\"/></marker></defs>\n<rect x=\"0\" y=\"-16\" \
         width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#fff\"/>"
    );
    boxes.iter().for_each(|placed| picture.nest(placed, 0));
    boxes.iter().for_each(|placed| picture.arrows(placed));
    picture.starts(&first);
    boxes.iter().for_each(|placed| picture.leaf(placed));
    picture.out.push_str("</svg>\n");
    picture.out
}

/// A box: left, top, width, height.
type Frame = (f64, f64, f64, f64);

struct Picture<'a> {
    out: String,
    at: BTreeMap<&'a str, Frame>,
    active: &'a [String],
}

impl<'a> Picture<'a> {
    fn find(&mut self, placed: &Placed<'a>) {
        self.at.insert(&placed.state.id, (placed.x, placed.y, placed.width, placed.height));
        placed.children.iter().for_each(|child| self.find(child));
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
        let class = if depth % 2 == 0 { "nest" } else { "deep" };
        let region = if placed.state.kind == Kind::Parallel { " region" } else { "" };
        self.frame(placed, &format!("{class}{region}"));
        self.text(placed);
        placed.children.iter().for_each(|child| self.nest(child, depth + 1));
    }

    fn leaf(&mut self, placed: &Placed<'_>) {
        placed.children.iter().for_each(|child| self.leaf(child));
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
        let frames: Vec<Frame> = first.iter().filter_map(|id| self.at.get(id).copied()).collect();
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
                let from = (placed.x + placed.width, placed.row_y(index));
                if let Some(frame) = self.at.get(target.as_str()).copied() {
                    self.transition(placed, from, frame);
                }
            }
        }
        self.starts(&placed.first);
        placed.children.iter().for_each(|child| self.arrows(child));
    }

    /// From a row's right end: to the left of a box that lies to the right, else round to the right of the box.
    fn transition(&mut self, placed: &Placed<'_>, (x, y): (f64, f64), (left, top, width, height): Frame) {
        let aim = top + 14.0;
        if left > x + 8.0 {
            let bend = ((left - x) / 2.0).max(24.0);
            let (a, b) = (x + bend, left - bend);
            return self.arrow(&format!("M{x:.1},{y:.1} C{a:.1},{y:.1} {b:.1},{aim:.1} {left:.1},{aim:.1}"));
        }
        let inside = left >= placed.x && left + width <= placed.x + placed.width && top >= placed.y;
        if inside && (left, top, width, height) != (placed.x, placed.y, placed.width, placed.height) {
            // From a state to one inside it: down along the inner side of the border.
            let (end, bend) = (left + width, x - 10.0);
            return self.arrow(&format!("M{x:.1},{y:.1} C{bend:.1},{y:.1} {x:.1},{aim:.1} {end:.1},{aim:.1}"));
        }
        let end = left + width;
        let bend = x.max(end) + 30.0 + (y - aim).abs().min(240.0) / 12.0;
        let aim = if (end - x).abs() < 1.0 && (y - aim).abs() < 2.0 { aim - 8.0 } else { aim };
        self.arrow(&format!("M{x:.1},{y:.1} C{bend:.1},{y:.1} {bend:.1},{aim:.1} {end:.1},{aim:.1}"));
    }
}
