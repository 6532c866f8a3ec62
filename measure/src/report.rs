//! What was measured, row by row: a table for people and JSON for programs.

use crate::{Quartiles, Row};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// What a row has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// The ratio, at least.
    Ratio(f64),
    /// The ratio, at most.
    RatioAtMost(f64),
    /// The value, at most.
    ValueAtMost(f64),
}

/// A row: a value beside the baseline that was measured in the same run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The name.
    pub name: String,
    /// What value and baseline count.
    pub unit: &'static str,
    /// What was measured.
    pub value: f64,
    /// The same of what it is compared with.
    pub baseline: f64,
    /// Value over baseline, taken round by round where there are rounds.
    pub ratio: Quartiles,
    /// What to reach, if anything.
    pub goal: Option<Goal>,
}

impl Outcome {
    /// Returns something measured in turns with its baseline, in batches of `items` of the unit.
    #[must_use]
    pub fn rate(name: impl Into<String>, unit: &'static str, items: usize, own: &Row, base: &Row) -> Outcome {
        let rate = |row: &Row| items as f64 / row.seconds;
        Outcome { name: name.into(), unit, value: rate(own), baseline: rate(base), ratio: own.ratio, goal: None }
    }

    /// Returns a job measured in turns with its baseline: seconds, and how many times as long as
    /// the baseline it takes.
    #[must_use]
    pub fn time(name: impl Into<String>, own: &Row, base: &Row) -> Outcome {
        let (value, baseline, ratio) = (own.seconds, base.seconds, own.ratio.inverse());
        Outcome { name: name.into(), unit: "s", value, baseline, ratio, goal: None }
    }

    /// Returns something measured once.
    #[must_use]
    pub fn once(name: impl Into<String>, unit: &'static str, value: f64, baseline: f64) -> Outcome {
        Outcome { name: name.into(), unit, value, baseline, ratio: Quartiles::exactly(value / baseline), goal: None }
    }

    /// Returns the same with a goal.
    #[must_use]
    pub fn goal(self, goal: Goal) -> Outcome {
        Outcome { goal: Some(goal), ..self }
    }

    /// Returns whether the goal is reached, if there is one.
    #[must_use]
    pub fn reached(&self) -> Option<bool> {
        self.goal.map(|goal| match goal {
            Goal::Ratio(least) => self.ratio.median >= least,
            Goal::RatioAtMost(most) => self.ratio.median <= most,
            Goal::ValueAtMost(most) => self.value <= most,
        })
    }
}

/// All rows, and what is to be said of them.
#[derive(Debug, Clone, Default)]
pub struct Report {
    rows: Vec<Outcome>,
    notes: Vec<String>,
}

impl Report {
    /// Adds a row.
    pub fn push(&mut self, row: Outcome) {
        self.rows.push(row);
    }

    /// Adds something to be said below the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Returns the rows.
    #[must_use]
    pub fn rows(&self) -> &[Outcome] {
        &self.rows
    }

    /// Returns the notes below the table.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns `{name: {value, baseline, ratio, goal}}`; the ratio is the median, the goal `null`
    /// where there is none.
    #[must_use]
    pub fn json(&self) -> Value {
        let row = |row: &Outcome| {
            let goal = row.goal.map(|goal| match goal {
                Goal::Ratio(bound) | Goal::RatioAtMost(bound) | Goal::ValueAtMost(bound) => bound,
            });
            let (value, baseline, ratio) = (row.value, row.baseline, row.ratio.median);
            (row.name.clone(), json!({"value": value, "baseline": baseline, "ratio": ratio, "goal": goal}))
        };
        Value::Object(self.rows.iter().map(row).collect::<Map<_, _>>())
    }

    /// Returns the table, with a column of goals where any row has one.
    #[must_use]
    pub fn text(&self) -> String {
        let goals = self.rows.iter().any(|row| row.goal.is_some());
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(16);
        let mut out = format!("{:<width$}{:>12}{:>12}  {:<11}{:>8}   quartiles", "", "value", "baseline", "", "ratio");
        out += if goals { "          goal\n" } else { "\n" };
        for row in &self.rows {
            let Quartiles { low, median, high } = row.ratio;
            let ratios = [low, median, high].map(short);
            let quartiles = if low == high { String::new() } else { format!("{} to {}", ratios[0], ratios[2]) };
            let (value, baseline) = (short(row.value), short(row.baseline));
            let line = format!(
                "{:<width$}{value:>12}{baseline:>12}  {:<11}{:>8}   {quartiles:<19}{}",
                row.name,
                row.unit,
                ratios[1],
                goal_text(row)
            );
            let _ = writeln!(out, "{}", line.trim_end());
        }
        self.notes.iter().for_each(|note| {
            let _ = writeln!(out, "  {note}");
        });
        out
    }
}

fn goal_text(row: &Outcome) -> String {
    let Some(goal) = row.goal else { return String::new() };
    let goal = match goal {
        Goal::Ratio(least) => format!("ratio >= {least}"),
        Goal::RatioAtMost(most) => format!("ratio <= {most}"),
        Goal::ValueAtMost(most) => format!("value <= {most}"),
    };
    format!("{goal:<15}{}", if row.reached() == Some(true) { "reached" } else { "MISSED" })
}

/// Returns a number with three digits that tell, or all before the point.
fn short(number: f64) -> String {
    match number.abs() {
        n if n >= 99.95 => format!("{number:.0}"),
        n if n >= 9.995 => format!("{number:.1}"),
        n if n >= 0.1 || n == 0.0 => format!("{number:.2}"),
        _ => format!("{number:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_told_from_ratio_or_value() {
        let row = |goal| Outcome::once("x", "MB", 4.0, 8.0).goal(goal).reached();
        assert_eq!([0.4, 0.6].map(|bound| row(Goal::Ratio(bound))), [Some(true), Some(false)]);
        assert_eq!([0.4, 0.6].map(|bound| row(Goal::RatioAtMost(bound))), [Some(false), Some(true)]);
        assert_eq!([3.0, 4.0].map(|bound| row(Goal::ValueAtMost(bound))), [Some(false), Some(true)]);
        assert_eq!(Outcome::once("x", "MB", 4.0, 8.0).reached(), None);
    }

    #[test]
    fn json_and_text_hold_every_row() {
        let mut report = Report::default();
        let row = Row { name: "own".into(), seconds: 0.5, ratio: Quartiles { low: 1.0, median: 2.0, high: 4.0 } };
        let base = Row { name: "base".into(), seconds: 1.0, ratio: Quartiles::exactly(1.0) };
        report.push(Outcome::rate("a", "windows/s", 64, &row, &base).goal(Goal::Ratio(1.5)));
        report.push(Outcome::time("b", &row, &base));
        report.note("said below");
        let expected = json!({
            "a": {"value": 128.0, "baseline": 64.0, "ratio": 2.0, "goal": 1.5},
            "b": {"value": 0.5, "baseline": 1.0, "ratio": 0.5, "goal": null},
        });
        assert_eq!(report.json(), expected);
        let text = report.text();
        assert!(text.contains("ratio >= 1.5   reached") && text.contains("1.00 to 4.00"), "{text}");
        assert!(text.contains("0.25 to 1.00") && text.ends_with("  said below\n"), "{text}");
    }
}
