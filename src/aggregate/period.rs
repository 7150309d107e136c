//! A period: one bucket of a series over time, a day, week, month or quarter of the calendar.

use std::collections::BTreeSet;
use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::article::PartialDate;

/// Most periods that a series lists without gaps; a longer one lists only those with statements,
/// so that one article misdated by a century does not blow up a report.
pub const MAX_PERIODS: usize = 1_000;

/// Length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    Day,
    /// ISO 8601: Monday to Sunday.
    Week,
    Month,
    Quarter,
}

impl By {
    /// All lengths, shortest first.
    pub const ALL: [By; 4] = [By::Day, By::Week, By::Month, By::Quarter];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            By::Day => "day",
            By::Week => "week",
            By::Month => "month",
            By::Quarter => "quarter",
        }
    }

    /// The period that holds every day the date may mean, if one does.
    pub fn period_of(self, date: PartialDate) -> Option<Period> {
        let period = self.starting(date.first_day());
        (period.start == self.starting(date.last_day()).start).then_some(period)
    }

    /// The period with this day in it.
    fn starting(self, day: Date) -> Period {
        let start = match self {
            By::Day => day,
            // Falls out of range only in the first week of the calendar's first year.
            By::Week => {
                day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).unwrap_or(Date::MIN)
            }
            By::Month => day.first_of_month(),
            By::Quarter => jiff::civil::date(day.year(), (day.month() - 1) / 3 * 3 + 1, 1),
        };
        Period { by: self, start }
    }
}

impl std::str::FromStr for By {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        By::ALL
            .into_iter()
            .find(|by| by.as_str() == text)
            .ok_or_else(|| format!("'{text}' is not a period: use day, week, month or quarter"))
    }
}

/// One day, week, month or quarter. Written `2026-04-12`, `2026-W15`, `2026-04`, `2026-Q2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    by: By,
    start: Date,
}

impl Period {
    /// First day.
    pub fn first_day(self) -> Date {
        self.start
    }

    /// The period after this one; `None` at the end of the calendar.
    pub fn next(self) -> Option<Period> {
        let span = match self.by {
            By::Day => 1.day(),
            By::Week => 1.week(),
            By::Month => 1.month(),
            By::Quarter => 3.months(),
        };
        Some(Period { by: self.by, start: self.start.checked_add(span).ok()? })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.start.year(), self.start.month());
        match self.by {
            By::Day => write!(f, "{year:04}-{month:02}-{:02}", self.start.day()),
            By::Week => {
                let week = self.start.iso_week_date();
                write!(f, "{:04}-W{:02}", week.year(), week.week())
            }
            By::Month => write!(f, "{year:04}-{month:02}"),
            By::Quarter => write!(f, "{year:04}-Q{}", (month - 1) / 3 + 1),
        }
    }
}

/// The periods from the earliest to the latest of `dates`, in order, without gaps if there are
/// at most [`MAX_PERIODS`].
pub fn cover(by: By, dates: impl Iterator<Item = PartialDate>) -> Vec<Period> {
    let seen: BTreeSet<Period> = dates.filter_map(|date| by.period_of(date)).collect();
    let (Some(&first), Some(&last)) = (seen.first(), seen.last()) else {
        return Vec::new();
    };
    let all: Vec<Period> = std::iter::successors(Some(first), |p| p.next())
        .take_while(|p| *p <= last)
        .take(MAX_PERIODS + 1)
        .collect();
    if all.len() <= MAX_PERIODS { all } else { seen.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(by: By, date: &str) -> Option<String> {
        by.period_of(date.parse().unwrap()).map(|p| p.to_string())
    }

    #[test]
    fn a_date_counts_only_in_a_period_that_holds_all_of_it() {
        assert_eq!(label(By::Day, "2026-04-12").as_deref(), Some("2026-04-12"));
        assert_eq!(label(By::Month, "2026-04").as_deref(), Some("2026-04"));
        assert_eq!(label(By::Quarter, "2026-04").as_deref(), Some("2026-Q2"));
        assert_eq!(label(By::Week, "2026-04"), None);
        assert_eq!(label(By::Day, "2026-04"), None);
        assert_eq!(label(By::Quarter, "2026"), None);
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        assert_eq!(label(By::Week, "2026-01-01").as_deref(), Some("2026-W01"));
        assert_eq!(label(By::Week, "2024-12-30").as_deref(), Some("2025-W01"));
        assert_eq!(label(By::Week, "2027-01-03").as_deref(), Some("2026-W53"));
    }

    #[test]
    fn a_series_has_no_gaps_unless_it_would_be_endless() {
        let dates = |texts: &[&str]| texts.iter().map(|t| t.parse().unwrap()).collect::<Vec<PartialDate>>();
        let months = cover(By::Month, dates(&["2026-02-03", "2025-11-30", "2026"]).into_iter());
        let labels: Vec<_> = months.iter().map(Period::to_string).collect();
        assert_eq!(labels, ["2025-11", "2025-12", "2026-01", "2026-02"]);
        assert_eq!(cover(By::Day, dates(&["1066-10-14", "2026-02-03"]).into_iter()).len(), 2);
        assert!(cover(By::Day, dates(&["2026"]).into_iter()).is_empty());
        assert_eq!(cover(By::Day, dates(&["0001-01-01", "9999-12-31"]).into_iter()).len(), 2);
    }
}
