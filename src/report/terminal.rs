//! Terminal: an overview table, then every actor with the sentences that say most.
//!
//! Lays out for a given width in cells and gives up columns, not alignment, when it is narrow. All
//! text from articles is cleaned first, so that it cannot steer the terminal. Colour is used
//! only when asked for, and nothing is told by colour alone.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::text::{clean, pad_left, pad_right, signed, truncate, width, wrap};
use super::{ActorRow, Evidence, Figures, Renderer, Report, SeriesAxis, words};
use crate::statement::Stance;

/// Running text is not set wider than this.
pub(super) const TEXT_WIDTH: usize = 100;

/// Of one sentence, no more than so many cells are printed.
const LONGEST_SENTENCE: usize = 700;

/// Refused inputs named in the report; all are in the other formats and on stderr.
const REFUSALS_SHOWN: usize = 10;

/// Writes for a terminal or a text file.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Cells in a line.
    pub width: usize,
    /// Use ANSI colours.
    pub color: bool,
    /// Draw with ASCII characters only. Names and sentences stay as they are.
    pub ascii: bool,
}

impl Default for Terminal {
    fn default() -> Self {
        Self { width: 80, color: false, ascii: false }
    }
}

/// Characters to draw with.
struct Glyphs {
    axis: char,
    zero: char,
    line: char,
    low: char,
    high: char,
    point: char,
    ellipsis: &'static str,
    /// Cells of a stance bar: support, conditional, oppose.
    stances: [char; 3],
    /// Levels of a sparkline, lowest first.
    levels: &'static [char],
    gap: char,
}

const UNICODE: Glyphs = Glyphs {
    axis: '·',
    zero: '┆',
    line: '─',
    low: '├',
    high: '┤',
    point: '●',
    ellipsis: "…",
    stances: ['█', '▒', '░'],
    levels: &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    gap: '·',
};

const ASCII: Glyphs = Glyphs {
    axis: '.',
    zero: ':',
    line: '-',
    low: '[',
    high: ']',
    point: 'o',
    ellipsis: "...",
    stances: ['#', '=', '.'],
    levels: &['_', '.', '-', '\'', '^'],
    gap: ' ',
};

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();

/// Colours that the colour-blind can tell apart.
pub(super) fn stance_style(stance: Stance) -> Style {
    match stance {
        Stance::Support => AnsiColor::Cyan.on_default(),
        Stance::Conditional => AnsiColor::Yellow.on_default(),
        Stance::Oppose => AnsiColor::Magenta.on_default(),
        Stance::None => DIM,
    }
}

/// The sign in front of a sentence.
pub(super) fn stance_sign(stance: Stance) -> char {
    match stance {
        Stance::Support => '+',
        Stance::Conditional => '~',
        Stance::Oppose => '-',
        Stance::None => ' ',
    }
}

impl Renderer for Terminal {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        self.head(report, out)?;
        if let Some(advice) = report.nothing_to_show() {
            writeln!(out)?;
            self.paragraph(out, 0, advice, Style::new())?;
        } else {
            writeln!(out)?;
            self.overview(report, out)?;
            for row in &report.actors {
                writeln!(out)?;
                self.actor(row, report.series.as_ref(), out)?;
            }
            if let Some(row) = &report.unattributed {
                writeln!(out)?;
                self.actor(row, report.series.as_ref(), out)?;
            }
            writeln!(out)?;
            self.paragraph(out, 0, &words::method(report), DIM)?;
            let legend = self.legend(&Columns::fit(report, self.width));
            if !legend.is_empty() {
                self.paragraph(out, 0, &legend, DIM)?;
            }
        }
        self.refusals(report, out)
    }
}

impl Terminal {
    fn glyphs(&self) -> &'static Glyphs {
        if self.ascii { &ASCII } else { &UNICODE }
    }

    /// `text` in `style`, if colour is wanted.
    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        if self.color && style != Style::new() {
            format!("{}{text}{}", style.render(), style.render_reset())
        } else {
            text.to_owned()
        }
    }

    /// Text over as many lines as it takes, indented.
    pub(super) fn paragraph(
        &self,
        out: &mut dyn Write,
        indent: usize,
        text: &str,
        style: Style,
    ) -> io::Result<()> {
        let text = clean(text);
        for line in wrap(&text, self.width.min(TEXT_WIDTH).saturating_sub(indent)) {
            writeln!(out, "{:indent$}{}", "", self.paint(style, &text[line]))?;
        }
        Ok(())
    }

    fn head(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        self.paragraph(out, 0, &words::title(report), BOLD)?;
        if report.totals.statements > 0 {
            self.paragraph(out, 0, &words::extent(report), Style::new())?;
        }
        self.paragraph(out, 0, &words::reading(&report.totals), DIM)?;
        let lines = [
            words::corrected(&report.totals.corrected),
            report.audit.as_ref().map(words::audit),
            words::provenance(&report.header),
            words::selection(report),
        ];
        for line in lines.into_iter().flatten() {
            self.paragraph(out, 0, &line, DIM)?;
        }
        Ok(())
    }

    fn overview(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let columns = Columns::fit(report, self.width);
        let g = self.glyphs();
        let mut head = format!(
            "{}  {}  {}  {:>5}  {}",
            pad_right("actor", columns.name),
            pad_left("n", columns.count),
            pad_left("art.", columns.articles),
            "index",
            pad_right("95% interval", columns.interval),
        );
        if columns.scale > 0 {
            let inner = columns.scale - 2;
            head.push_str(&format!("  -{}0{}+", " ".repeat((inner - 1) / 2), " ".repeat((inner - 1) / 2)));
        }
        if columns.stances > 0 {
            head.push_str("  stances");
        }
        writeln!(out, "{}", self.paint(DIM, head.trim_end()))?;
        for row in &report.actors {
            self.overview_row(row, &columns, out)?;
        }
        if let Some(more) = words::not_listed(report) {
            writeln!(out, "{}", self.paint(DIM, &truncate(&more, self.width, g.ellipsis)))?;
        }
        if let Some(row) = &report.unattributed {
            self.overview_row(row, &columns, out)?;
        }
        Ok(())
    }

    /// What the drawn columns and the signs mean.
    fn legend(&self, columns: &Columns) -> String {
        let g = self.glyphs();
        let mut text = String::new();
        if columns.scale > 0 {
            text.push_str(&format!(
                "On the scale: {} index, {}{}{} interval. ",
                g.point, g.low, g.line, g.high
            ));
        }
        if columns.stances > 0 {
            let keys = Stance::ALL.iter().zip(g.stances).map(|(stance, cell)| format!("{cell} {stance}"));
            text.push_str(&format!("Stances: {}.", keys.collect::<Vec<_>>().join(", ")));
        }
        text
    }

    fn overview_row(&self, row: &ActorRow, columns: &Columns, out: &mut dyn Write) -> io::Result<()> {
        let name = truncate(&clean(&row.actor), columns.name, self.glyphs().ellipsis);
        let figures = &row.figures;
        let lean = self.lean(figures);
        let name = pad_right(&name, columns.name);
        let mut line = format!(
            "{}  {}  {}  {}  {}",
            if row.rank.is_some() { self.paint(BOLD, &name) } else { self.paint(DIM, &name) },
            pad_left(&super::text::grouped(figures.statements), columns.count),
            pad_left(&super::text::grouped(figures.articles), columns.articles),
            self.paint(lean, &pad_left(&signed(figures.index), 5)),
            pad_right(&words::interval(figures).unwrap_or_else(|| "n/a".to_owned()), columns.interval),
        );
        if columns.scale > 0 {
            line.push_str(&format!("  {}", self.scale(figures, columns.scale)));
        }
        if columns.stances > 0 {
            line.push_str(&format!("  {}", self.stance_bar(figures, columns.stances)));
        }
        writeln!(out, "{}", line.trim_end())
    }

    /// Colour of an index whose interval does not touch zero.
    fn lean(&self, figures: &Figures) -> Style {
        match figures.interval {
            Some(interval) if interval.low > 0.0 => stance_style(Stance::Support),
            Some(interval) if interval.high < 0.0 => stance_style(Stance::Oppose),
            _ => Style::new(),
        }
    }

    /// The index as a point on the line from -1 to 1, with its interval.
    fn scale(&self, figures: &Figures, cells: usize) -> String {
        let g = self.glyphs();
        let place = |value: f64| ((value + 1.0) / 2.0 * (cells - 1) as f64).round() as usize;
        let mut drawn: Vec<char> = vec![g.axis; cells];
        drawn[cells / 2] = g.zero;
        if let Some(interval) = figures.interval {
            let (low, high) = (place(interval.low), place(interval.high));
            drawn[low..=high].fill(g.line);
            drawn[low] = g.low;
            drawn[high] = g.high;
        }
        let point = place(figures.index);
        drawn[point] = g.point;
        let (before, after): (String, String) =
            (drawn[..point].iter().collect(), drawn[point + 1..].iter().collect());
        let style = self.lean(figures);
        format!("{before}{}{after}", self.paint(style, &g.point.to_string()))
    }

    /// Shares of the stances as cells.
    fn stance_bar(&self, figures: &Figures, cells: usize) -> String {
        let g = self.glyphs();
        let mut from = 0;
        let mut passed = 0.0;
        let mut bar = String::new();
        for ((stance, share), cell) in figures.shares().into_iter().zip(g.stances) {
            passed += share.share;
            let to = ((passed * cells as f64).round() as usize).clamp(from, cells);
            bar.push_str(&self.paint(stance_style(stance), &cell.to_string().repeat(to - from)));
            from = to;
        }
        bar
    }

    fn actor(&self, row: &ActorRow, axis: Option<&SeriesAxis>, out: &mut dyn Write) -> io::Result<()> {
        let name = clean(&row.actor);
        let index = words::index(&row.figures);
        let room = self.width.min(TEXT_WIDTH);
        if width(&name) + 2 + width(&index) <= room {
            let styled = self.paint(BOLD, &pad_right(&name, 0));
            writeln!(out, "{styled}  {}", self.paint(self.lean(&row.figures), &index))?;
        } else {
            self.paragraph(out, 0, &name, BOLD)?;
            self.paragraph(out, 2, &index, self.lean(&row.figures))?;
        }
        self.paragraph(out, 2, &words::volume(row), DIM)?;
        self.paragraph(out, 2, &words::shares(&row.figures), Style::new())?;
        self.paragraph(out, 2, &words::manner(row), DIM)?;
        if let Some(axis) = axis {
            self.series(row, axis, out)?;
        }
        if let Some(audited) = &row.audited {
            self.paragraph(out, 2, &format!("audited: {}", words::audited(audited)), Style::new())?;
        }
        for turn in &row.turns {
            self.paragraph(out, 2, &words::turn(turn), Style::new())?;
            turn.around.iter().flatten().try_for_each(|evidence| self.quotation("    ", evidence, out))?;
        }
        row.evidence.iter().try_for_each(|evidence| self.quotation("  ", evidence, out))?;
        for pair in &row.contradictions {
            self.paragraph(out, 2, &words::contradiction(pair), Style::new())?;
            self.quotation("    ", &pair.support, out)?;
            self.quotation("    ", &pair.oppose, out)?;
        }
        Ok(())
    }

    /// A sentence after `lead` and the sign of its stance, and where it comes from.
    pub(super) fn quotation(&self, lead: &str, evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
        let text = truncate(&clean(&evidence.sentence), LONGEST_SENTENCE, self.ellipsis());
        let style = stance_style(evidence.stance);
        let indent = width(lead) + 2;
        let room = self.width.min(TEXT_WIDTH).saturating_sub(indent);
        for (position, line) in wrap(&text, room).into_iter().enumerate() {
            if position == 0 {
                let sign = self.paint(style, &stance_sign(evidence.stance).to_string());
                writeln!(out, "{lead}{sign} {}", &text[line])?;
            } else {
                writeln!(out, "{:indent$}{}", "", &text[line])?;
            }
        }
        self.paragraph(out, indent, &words::source(evidence), DIM)
    }

    pub(super) fn ellipsis(&self) -> &'static str {
        self.glyphs().ellipsis
    }

    /// The actor's path: a sparkline over all periods where it fits, and the figures.
    fn series(&self, row: &ActorRow, axis: &SeriesAxis, out: &mut dyn Write) -> io::Result<()> {
        let g = self.glyphs();
        let (Some(first), Some(last)) = (axis.periods.first(), axis.periods.last()) else {
            return self.paragraph(out, 2, &format!("no statement is dated to the {}", axis.by), DIM);
        };
        let around = 2 + width(first) + width(last) + 2;
        // Two periods make no line.
        if axis.periods.len() > 2 && axis.periods.len() + around <= self.width {
            let mut points = row.series.iter().peekable();
            let mut line = String::new();
            for period in &axis.periods {
                line.push(match points.next_if(|p| p.period == *period) {
                    Some(point) => {
                        let level = (point.figures.index + 1.0) / 2.0 * (g.levels.len() - 1) as f64;
                        g.levels[(level.round() as usize).min(g.levels.len() - 1)]
                    }
                    None => g.gap,
                });
            }
            writeln!(out, "  {} {line} {}", self.paint(DIM, first), self.paint(DIM, last))?;
        }
        let points: Vec<String> = row.series.iter().map(words::point).collect();
        let cell = points.iter().map(String::len).max().unwrap_or(0);
        let in_line = (self.width.min(TEXT_WIDTH).saturating_sub(2) / (cell + 2)).max(1);
        for points in points.chunks(in_line) {
            let line: Vec<String> = points.iter().map(|p| pad_right(p, cell)).collect();
            self.plain(out, 2, line.join("  ").trim_end())?;
        }
        if row.imprecise > 0 {
            self.paragraph(out, 2, &format!("{} with a date too coarse", row.imprecise), DIM)?;
        }
        Ok(())
    }

    /// A line that is laid out already; wrapped only where it is too long all the same.
    fn plain(&self, out: &mut dyn Write, indent: usize, line: &str) -> io::Result<()> {
        if indent + width(line) > self.width {
            return self.paragraph(out, indent, line, Style::new());
        }
        writeln!(out, "{:indent$}{line}", "")
    }

    fn refusals(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let refused = &report.totals.refused;
        if refused.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        self.paragraph(out, 0, "Refused", BOLD)?;
        for one in refused.iter().take(REFUSALS_SHOWN) {
            self.paragraph(out, 2, &format!("{}: {}", one.input, one.reason), Style::new())?;
        }
        if refused.len() > REFUSALS_SHOWN {
            self.paragraph(out, 2, &format!("and {} more", refused.len() - REFUSALS_SHOWN), DIM)?;
        }
        Ok(())
    }
}

/// Widths of the overview's columns; 0 for one that is given up.
struct Columns {
    name: usize,
    count: usize,
    articles: usize,
    interval: usize,
    scale: usize,
    stances: usize,
}

impl Columns {
    fn fit(report: &Report, room: usize) -> Self {
        let widest = |measure: &dyn Fn(&ActorRow) -> usize, least: usize| {
            report.rows().map(measure).max().unwrap_or(0).max(least)
        };
        let digits = |count: usize| super::text::grouped(count).len();
        let wanted = widest(&|r| width(&clean(&r.actor)), 5).min(40);
        let count = widest(&|r| digits(r.figures.statements), 1);
        let articles = widest(&|r| digits(r.figures.articles), 4);
        let interval = 12;
        // Two spaces before each column, five cells of the index.
        let fixed = 2 + count + 2 + articles + 2 + 5 + 2 + interval;
        let mut columns = Self { name: 0, count, articles, interval, scale: 0, stances: 0 };
        let mut left = room.saturating_sub(fixed);
        let least_name = wanted.min(16);
        if left >= least_name + 2 + 13 {
            columns.scale = 13;
            left -= 2 + 13;
            if left >= least_name + 2 + 10 {
                columns.stances = 10;
                left -= 2 + 10;
            }
        }
        columns.name = wanted.min(left).max(3);
        left = left.saturating_sub(columns.name);
        if columns.scale > 0 {
            // An odd number of cells, so that zero has one.
            let more = left.min(28) / 2 * 2;
            columns.scale += more;
            left -= more;
        }
        if columns.stances > 0 {
            columns.stances += left.min(10);
        }
        columns
    }
}
