//! Tables in Markdown, aligned so that they read well as plain text too.
//!
//! Owns the drawing. It knows no number.

use std::fmt;

/// A heading and rows of the same length; the first column is text, the others are numbers.
pub(crate) struct Table(Vec<Vec<String>>);

impl Table {
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self(vec![heading.iter().map(|&cell| cell.to_owned()).collect()])
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.push(cells.into_iter().collect());
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| self.0.iter().map(|row| row[column].chars().count()).max();
        (0..self.0[0].len()).map(|column| width(column).unwrap_or(0)).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for (index, row) in self.0.iter().enumerate() {
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write!(f, "| {cell:<width$} ")?,
                    _ => write!(f, "| {cell:>width$} ")?,
                }
            }
            writeln!(f, "|")?;
            if index == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let (line, end) = ("-".repeat(width + 1), if column == 0 { '-' } else { ':' });
                    write!(f, "|{line}{end}")?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn numbers_stand_below_each_other() {
        let mut table = Table::new(&["call", "Ir"]);
        table.row(["plain".to_owned(), "16".to_owned()]);
        table.row(["a × b".to_owned(), "1,298".to_owned()]);
        assert_eq!(
            table.to_string(),
            "| call  |    Ir |\n|-------|------:|\n| plain |    16 |\n| a × b | 1,298 |\n"
        );
    }
}
