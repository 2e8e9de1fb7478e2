//! Rules of tables, frames, underlines: found in long groups of ink, taken out of them, and kept as separators.

use sohoa_imaging::{Component, components};

use super::glyphs::shift;

/// A straight rule, px of the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
    /// y at the left end and at the right end, or x at the top and at the bottom.
    ends: (f32, f32),
}

impl Rule {
    /// y of a level rule at `x`.
    pub(super) fn y(&self, x: f32) -> f32 {
        let t = (x - self.left) / (self.right - self.left).max(1.0);
        self.ends.0 + (self.ends.1 - self.ends.0) * t
    }

    /// x of an upright rule at `y`.
    pub(super) fn x(&self, y: f32) -> f32 {
        let t = (y - self.top) / (self.bottom - self.top).max(1.0);
        self.ends.0 + (self.ends.1 - self.ends.0) * t
    }
}

/// The rules of a page.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) level: Vec<Rule>,
    pub(super) upright: Vec<Rule>,
}

impl Rules {
    /// Whether an upright rule stands between the two x at the height `y`.
    pub(super) fn part(&self, from: f32, to: f32, y: f32) -> bool {
        let stands = |r: &&Rule| (r.top..=r.bottom).contains(&y) && (from - 2.0..=to + 2.0).contains(&r.x(y));
        self.upright.iter().any(|r| stands(&r))
    }
}

/// Shortest run that may be part of a rule, in usual letter heights: a rule of 2 px that rises by 3° has runs of 38 px.
const RUN: f32 = 2.2;
/// Shortest level and shortest upright rule, same unit. Stems of large headings are upright too.
const LENGTH: (f32, f32) = (5.0, 7.0);
/// An upright rule from one level rule to another may be as short as this.
const BETWEEN: f32 = 1.8;
/// Thickest rule, same unit.
const THICK: f32 = 0.5;

/// Takes the rules out of the groups that are too large for a letter and gives what else they hold as groups.
pub(super) fn take_out(groups: Vec<Component>, usual: f32) -> (Vec<Component>, Rules) {
    let is_large = |c: &Component| c.width() as f32 > 5.0 * usual || c.height() as f32 > 3.2 * usual;
    let (large, mut rest): (Vec<Component>, Vec<Component>) = groups.into_iter().partition(is_large);
    let Some(frame) = Frame::around(&large) else { return (rest, Rules::default()) };
    let mut rules = Rules::default();
    let mut level = Vec::new();
    let mut upright = Vec::new();
    for c in &large {
        level_runs(c, usual, &mut level);
        upright_runs(c, usual, &mut upright);
    }
    let mut cut: Vec<Strip> = Vec::new();
    for strip in strips(level) {
        if strip.is_rule(LENGTH.0 * usual, THICK * usual) {
            rules.level.push(strip.rule(false));
            cut.push(strip);
        }
    }
    upright.sort_unstable();
    for strip in strips(upright) {
        let rule = strip.rule(true);
        let joins = |y: f32| {
            let x = (rule.left + rule.right) / 2.0;
            rules
                .level
                .iter()
                .any(|l| (l.top - 4.0..=l.bottom + 4.0).contains(&y) && (l.left - 4.0..=l.right + 4.0).contains(&x))
        };
        let long = strip.is_rule(LENGTH.1 * usual, THICK * usual);
        if long || (strip.is_rule(BETWEEN * usual, THICK * usual) && joins(rule.top) && joins(rule.bottom)) {
            rules.upright.push(rule);
            cut.push(strip.turned());
        }
    }
    if cut.is_empty() {
        rest.extend(large);
        return (rest, rules);
    }
    let mut map = frame.paint(&large);
    cut.iter().for_each(|strip| frame.erase(&mut map, strip));
    let edge = |c: &Component| c.height() <= 2 || c.width() <= 1;
    rest.extend(frame.groups(&map).into_iter().filter(|c| !edge(c)));
    (rest, rules)
}

/// (line, from, to): a row and its columns, or a column and its rows.
type Run = (u32, u32, u32);

fn level_runs(c: &Component, usual: f32, out: &mut Vec<Run>) {
    if c.width() as f32 >= LENGTH.0 * usual {
        out.extend(c.runs.iter().filter(|r| (r.2 - r.1) as f32 >= RUN * usual));
    }
}

fn upright_runs(c: &Component, usual: f32, out: &mut Vec<Run>) {
    if (c.height() as f32) < BETWEEN * usual {
        return;
    }
    let shortest = BETWEEN.min(RUN) * usual;
    // For each column the first and the last row of the run that is going on.
    let mut open = vec![(0u32, 0u32); c.width()];
    let mut close = |x: usize, (from, to): (u32, u32)| {
        if (to - from) as f32 >= shortest {
            out.push(((c.left + x) as u32, from, to));
        }
    };
    for &(y, from, to) in &c.runs {
        let columns = from as usize - c.left..to as usize - c.left;
        for x in columns {
            if open[x].1 != y {
                close(x, open[x]);
                open[x].0 = y;
            }
            open[x].1 = y + 1;
        }
    }
    open.iter().enumerate().for_each(|(x, run)| close(x, *run));
}

/// Long runs that lie side by side.
struct Strip {
    runs: Vec<Run>,
    from: u32,
    to: u32,
    area: u32,
}

impl Strip {
    fn is_rule(&self, length: f32, thick: f32) -> bool {
        let long = (self.to - self.from) as f32;
        let mean = self.area as f32 / long.max(1.0);
        long >= length && mean <= thick.max(3.0) && long >= 8.0 * mean
    }

    fn rule(&self, upright: bool) -> Rule {
        let line = |run: Option<&Run>| run.map_or(0.0, |r| r.0 as f32);
        let (first, last) = (line(self.runs.first()), line(self.runs.last()) + 1.0);
        // Which way it leans shows in where its first and its last run lie along it.
        let along = |r: Option<&Run>| r.map_or(0, |r| r.1 + r.2);
        let rises = along(self.runs.first()) > along(self.runs.last());
        let ends = if rises { (last, first) } else { (first, last) };
        let (from, to) = (self.from as f32, self.to as f32);
        if upright {
            Rule { left: first, right: last, top: from, bottom: to, ends }
        } else {
            Rule { left: from, right: to, top: first, bottom: last, ends }
        }
    }

    /// Columns as rows: every run becomes as many of one pixel.
    fn turned(self) -> Self {
        let runs = self.runs.iter().flat_map(|&(x, from, to)| (from..to).map(move |y| (y, x, x + 1))).collect();
        Self { runs, ..self }
    }
}

/// Joins runs of neighbouring lines that touch; `runs` come line by line within each group of ink.
fn strips(runs: Vec<Run>) -> Vec<Strip> {
    let mut done: Vec<Strip> = Vec::new();
    let mut open: Vec<Strip> = Vec::new();
    for run in runs {
        let (line, from, to) = run;
        let last = |s: &Strip| s.runs.last().map_or(0, |r| r.0);
        let mut i = 0;
        while i < open.len() {
            if line < last(&open[i]) || line > last(&open[i]) + 2 {
                done.push(open.swap_remove(i));
            } else {
                i += 1;
            }
        }
        let touches = |s: &&mut Strip| s.runs.iter().rev().take(4).any(|r| r.1 <= to + 2 && from <= r.2 + 2);
        match open.iter_mut().find(touches) {
            Some(strip) => {
                strip.runs.push(run);
                strip.from = strip.from.min(from);
                strip.to = strip.to.max(to);
                strip.area += to - from;
            }
            None => open.push(Strip { runs: vec![run], from, to, area: to - from }),
        }
    }
    done.extend(open);
    done
}

/// The part of the map in which the large groups lie.
struct Frame {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Frame {
    fn around(groups: &[Component]) -> Option<Self> {
        let left = groups.iter().map(|c| c.left).min()?;
        let top = groups.iter().map(|c| c.top).min()?;
        let right = groups.iter().map(|c| c.right).max()?;
        let bottom = groups.iter().map(|c| c.bottom).max()?;
        Some(Self { left, top, width: right - left, height: bottom - top })
    }

    fn paint(&self, groups: &[Component]) -> Vec<u8> {
        let mut map = vec![0; self.width * self.height];
        for run in groups.iter().flat_map(|c| &c.runs) {
            self.fill(&mut map, *run, 1);
        }
        map
    }

    fn fill(&self, map: &mut [u8], (y, from, to): Run, value: u8) {
        let row = (y as usize - self.top) * self.width;
        let columns = row + from as usize - self.left..row + to as usize - self.left;
        if let Some(pixels) = map.get_mut(columns) {
            pixels.fill(value);
        }
    }

    fn erase(&self, map: &mut [u8], strip: &Strip) {
        strip.runs.iter().for_each(|run| self.fill(map, *run, 0));
    }

    /// The groups of what is left, in the place where they lie on the whole map.
    fn groups(&self, map: &[u8]) -> Vec<Component> {
        let mut groups = components(map, self.width, 1);
        shift(&mut groups, self.left, self.top);
        groups
    }
}
