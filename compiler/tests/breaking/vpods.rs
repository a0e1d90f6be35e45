use crate::{SETTINGS, compared, findings, repo::repo, text};

const SESSIONS: &str = "sessions:\n  - name: game\n    containers:\n      - name: referee\n        network: inner\n        source: referee.js\n        launcher: Javascript\n      - name: board\n        network: inner\n        source: board.js\n        launcher: Javascript\n";
const REFEREE: &str =
    "export function score(answer) {}\nexport function reset() {}\nexport const name = 1;\n";

fn source(sessions: &str, referee: &str) -> vimana_compiler::source::Memory {
    repo([
        ("vimana.toml", text(SETTINGS)),
        ("pods/vpods.yml", text(sessions)),
        ("pods/referee.js", text(referee)),
        ("pods/board.js", text("export function show() {}")),
    ])
}

fn check(sessions: &str, referee: &str, expected: &str) {
    let base = source(SESSIONS, REFEREE);
    assert_eq!(
        findings(&compared(&base, &source(sessions, referee))),
        expected
    );
}

#[test]
fn functions_that_others_call_are_compared() {
    check(SESSIONS, REFEREE, "");
    check(
        SESSIONS,
        &REFEREE.replace("export function reset", "function reset"),
        "VM0281 error pods/referee.js:1: the vpod `referee` no longer exports the function `reset`\n",
    );
    check(
        SESSIONS,
        &REFEREE.replace("(answer)", "(question, answer)"),
        "VM0282 error pods/referee.js:1: the function `score` of the vpod `referee` takes `(question, answer)`, and took `(answer)`\n",
    );
    check(
        SESSIONS,
        &REFEREE.replace("(answer)", "()"),
        "VM0282 error pods/referee.js:1: the function `score` of the vpod `referee` takes `()`, and took `(answer)`\n",
    );
    check(
        SESSIONS,
        &REFEREE.replace("function reset() {}", "const reset = 1;"),
        "VM0281 error pods/referee.js:2: the vpod `referee` no longer exports the function `reset`\n",
    );
}

#[test]
fn a_function_may_take_more_and_be_written_otherwise() {
    for answer in ["(answer, hint = 1)", "(answer, ...hints)", "({ text })"] {
        check(SESSIONS, &REFEREE.replace("(answer)", answer), "");
    }
    check(
        SESSIONS,
        "export const score = (a) => a;\nexport * from './other.js';\n",
        "",
    );
}

#[test]
fn pods_sessions_and_networks_are_compared() {
    let without_board = SESSIONS.split("      - name: board").next().unwrap();
    check(
        without_board,
        REFEREE,
        "VM0280 error pods/vpods.yml:2: the vpod `board` of the session `game` is removed\n",
    );
    check(
        &SESSIONS.replace("name: game", "name: match"),
        REFEREE,
        "VM0283 error pods/vpods.yml:1: the session `game` is removed\n",
    );
    check(
        &SESSIONS.replacen("network: inner", "network: outer", 1),
        REFEREE,
        "VM0284 error pods/vpods.yml:4: the network of the vpod `referee` is changed from `inner` to `outer`\n",
    );
}
