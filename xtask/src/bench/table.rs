//! The table that a benchmark prints.

use std::fmt;

/// Rows of a measurement, its reference, and their ratio.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Row>,
}

struct Row {
    what: String,
    value: f64,
    unit: &'static str,
    reference: Option<(String, f64)>,
    memory_mib: Option<u64>,
}

impl Table {
    /// Adds a figure without a reference.
    pub(super) fn add(
        &mut self,
        what: String,
        value: f64,
        unit: &'static str,
        memory_mib: Option<u64>,
    ) {
        self.rows.push(Row {
            what,
            value,
            unit,
            reference: None,
            memory_mib,
        });
    }

    /// Adds a figure beside what it compares to.
    pub(super) fn compare(
        &mut self,
        what: String,
        value: f64,
        unit: &'static str,
        reference: (&str, f64),
        memory_mib: Option<u64>,
    ) {
        let reference = Some((reference.0.to_owned(), reference.1));
        self.rows.push(Row {
            what,
            value,
            unit,
            reference,
            memory_mib,
        });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | CPU | peak memory | reference | ratio |")?;
        writeln!(f, "|---|---|---|---|---|")?;
        for row in &self.rows {
            let memory = row
                .memory_mib
                .map_or_else(String::new, |mib| format!("{mib} MiB"));
            let (reference, ratio) = row.reference.as_ref().map_or_else(
                || (String::new(), String::new()),
                |(name, value)| {
                    (
                        format!("{name}: {value:.3} {}", row.unit),
                        format!("{:.2}", row.value / value),
                    )
                },
            );
            writeln!(
                f,
                "| {} | {:.3} {} | {memory} | {reference} | {ratio} |",
                row.what, row.value, row.unit
            )?;
        }
        Ok(())
    }
}
