use std::borrow::Cow;

use anstyle::{AnsiColor, Style};

/// The colours of a rendering.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Palette {
    /// What is well, or added.
    pub create: Style,
    /// What changes.
    pub update: Style,
    /// What goes, or fails.
    pub delete: Style,
    /// What matters less.
    pub dim: Style,
    /// What stands out.
    pub strong: Style,
}

impl Palette {
    /// No colours.
    #[must_use]
    pub const fn plain() -> Self {
        let style = Style::new();
        Self {
            create: style,
            update: style,
            delete: style,
            dim: style,
            strong: style,
        }
    }

    /// The colours of a terminal's theme.
    #[must_use]
    pub const fn ansi() -> Self {
        Self {
            create: AnsiColor::Green.on_default(),
            update: AnsiColor::Yellow.on_default(),
            delete: AnsiColor::Red.on_default(),
            dim: Style::new().dimmed(),
            strong: Style::new().bold(),
        }
    }
}

/// `text` in `style`.
pub(super) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// `text` without what would move a terminal's cursor or turn the text around:
/// addresses and paths come from repositories and nodes that others write.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    let is_harmful = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmful(character) {
            printable.extend(character.escape_unicode());
        } else {
            printable.push(character);
        }
    }
    Cow::Owned(printable)
}
