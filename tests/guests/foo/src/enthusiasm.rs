//! How much enthusiasm a name calls for.

/// From 0 to 1 for the name itself, more for a longer one: `n / (n + 3)` for
/// `n` letters. Each exclamation mark adds 1. So `Ada` gives 0.5 and `Ada!` 1.5.
pub fn about(name: &str) -> f32 {
    let letters = count(name, char::is_alphabetic);
    let exclamations = count(name, |character| character == '!');
    letters / (letters + 3.0) + exclamations
}

/// A word for it.
pub fn mood(enthusiasm: f32) -> &'static str {
    match enthusiasm {
        ..1.0 => "glad",
        ..3.0 => "excited",
        _ => "ecstatic",
    }
}

fn count(name: &str, which: impl Fn(char) -> bool) -> f32 {
    // Exact up to 2^24, far above what a message can hold in letters that
    // would still change the quotient.
    name.chars().filter(|&character| which(character)).count() as f32
}
