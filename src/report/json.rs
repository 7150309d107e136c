//! JSON: the report as it is, with [`super::SCHEMA_VERSION`]. Keys come in a fixed order.
//!
//! Texts are exactly those of the articles. Control characters are escaped, as JSON demands.

use std::io::{self, Write};

use super::{Renderer, Report};

/// Writes one indented JSON object.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json;

impl Renderer for Json {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, report)?;
        writeln!(out)
    }
}
