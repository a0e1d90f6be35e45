use super::*;

fn functions(text: &str) -> Vec<String> {
    let program = parse(text).unwrap();
    let show = |export: &Export| {
        let at = &text[export.range.clone()];
        match &export.kind {
            ExportKind::Function(Signature {
                parameters,
                is_async,
                is_generator,
                ..
            }) => {
                let kind = if *is_async { "async " } else { "" };
                let star = if *is_generator { "*" } else { "" };
                let parameters = parameters.join(", ");
                format!("{kind}{}{star}({parameters}) at {at}", export.name)
            }
            kind => format!("{} {kind:?} at {at}", export.name),
        }
    };
    program.exports.iter().map(show).collect()
}

fn errors(text: &str) -> Vec<String> {
    match parse(text) {
        Err(ProgramError::Syntax(errors)) => errors
            .into_iter()
            .map(|error| format!("{:?} {}", error.range, error.message))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_way_to_export_a_function_is_found() {
    let text = "
        export const a = async (body, params, headers) => 1;
        export function b(body, {x}, [y] = [], ...rest) {}
        export async function* c() {}
        function d(one) {}
        const e = (function (two) {}), alias = d;
        export { d as renamed, e, alias, f, 'any name' as g } from 'elsewhere';
        export { d as one, e as two, alias as three, nothing as four };
        export default async (body) => body;
        export const value = 1, { inner, other: deep } = {}, later = make();
        export class Klass {}
        export * as space from 'elsewhere';
    ";
    let text = &text.replace(" f, 'any name' as g }", " f, 'any name' as 'g' }");
    assert_eq!(
        functions(text),
        [
            "async a(body, params, headers) at a",
            "b(body, {}, [], ...rest) at b",
            "async c*() at c",
            "renamed Unknown at renamed",
            "e Unknown at e",
            "alias Unknown at alias",
            "f Unknown at f",
            "g Unknown at 'g'",
            "one(one) at one",
            "two(two) at two",
            "three(one) at three",
            "four Unknown at four",
            "async default(body) at async (body) => body",
            "value Value at value",
            "inner Unknown at inner",
            "deep Unknown at deep",
            "later Unknown at later",
            "Klass Value at Klass",
            "space Value at space",
        ]
    );
    assert!(!parse(text).unwrap().exports_more);
    assert!(parse("export * from 'x'").unwrap().exports_more);
}

#[test]
fn scripts_and_modules_both_parse() {
    for text in [
        "",
        "#!/usr/bin/env node\n'use strict'; var a = 1",
        "with (a) b = 010; await = 1; var yield = 2",
        "import x from 'y'; await x; export {}",
        "(function(){ this.f = 1 }).call(self)",
        "if(a)/re(/.test(b); x = {} / 2; `${`${'}'}`}`; class A { #p = 1; static {} }",
    ] {
        assert!(parse(text).is_ok(), "{text}");
    }
}

#[test]
fn every_error_has_its_place() {
    snapbox::assert_data_eq!(
        format!(
            "{:#?}",
            [
                errors("export const a = async (body => {\n}"),
                errors("let a = 1;\nlet 2 = b"),
                errors("const a: number = 1"),
                errors("\"open"),
                errors("é = \u{1}"),
                errors("break; continue; return 1; await 2"),
                errors("<div/>"),
            ]
        ),
        snapbox::str![[r#"
[
    [
        "35..35 expected `)` but found the end of the file",
    ],
    [
        "15..16 unexpected token",
    ],
    [
        "6..7 missing initializer in const declaration",
        "7..7 expected a semicolon or an implicit semicolon after a statement, but found none",
    ],
    [
        "0..5 unterminated string",
    ],
    [
        "5..6 invalid Character `/u{1}`",
    ],
    [
        "17..23 a 'return' statement can only be used within a function body",
    ],
    [
        "0..1 unexpected JSX expression",
    ],
]
"#]]
    );
}

#[test]
fn the_hosts_that_a_program_fetches_are_found() {
    let text = r#"
        fetch('http://aggregator/sum', { method: 'POST' });
        await window.fetch ( "VPOD://main/callback?x=1" );
        fetch(`http://models:8080/${name}`);
        fetch('http://plain');
        // fetch('http://commented/out')
        prefetch('http://other/x'); api.fetch('http://other/x');
        fetch(url); fetch('http://' + host + '/x'); fetch(`http://${host}/x`); fetch('/relative');
        fetch('http://half' + '.example.com/x'); fetch('http://two/a' + b);
    "#;
    let calls = parse(text).unwrap().calls;
    let shown: Vec<_> = calls
        .iter()
        .map(|call| {
            assert_eq!(text[call.range.clone()], call.host);
            format!("{} {} {:?}", call.scheme, call.host, call.function)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "http aggregator Some(\"sum\")",
            "vpod main Some(\"callback\")",
            "http models None",
            "http plain Some(\"\")",
            "http two None",
        ]
    );
}

/// What nests, and a name for it: what opens, what stands within, what closes.
type Nest = (&'static str, [&'static str; 3]);

fn nests() -> Vec<Nest> {
    let open = |name, part, middle, close| (name, [part, middle, close]);
    vec![
        open("parentheses", "(", "1", ")"),
        open("unclosed parentheses", "(", "", ""),
        open("brackets", "[", "1", "]"),
        open("blocks", "{", "", "}"),
        open("objects", "x={a:", "1", "}"),
        open("templates", "`${", "1", "}`"),
        open("calls", "f(", "1", ")"),
        open("functions", "function f(){", "", "}"),
        open("function expressions", "(function(){", "", "})"),
        open("parameters", "(a=", "1", ")=>1"),
        open("arrows in parentheses", "(a)=>(", "1", ")"),
        open("classes", "class A{a(){", "", "}}"),
        open("heritage", "class A extends ", "B", "{}"),
        open("unary operators", "!", "1", ""),
        open("typeof", "typeof ", "1", ""),
        open("await", "await ", "1", ""),
        open("new", "new ", "a", ""),
        open("assignments", "a=", "1", ""),
        open("arrows", "a=>", "1", ""),
        open("async arrows", "async a=>", "1", ""),
        open("conditions", "a?", "1", ":1"),
        open("alternatives", "a?1:", "1", ""),
        open("powers", "a**", "1", ""),
        open("sums", "1+", "1", ""),
        open("pure sums", "/*#__PURE__*/a+", "1", ""),
        open("a pure sum", "a+", "1", ""),
        open("a pure member", "a.", "b", ""),
        open("if", "if(a)", "b", ""),
        open("else", "if(a)b;else ", "c", ""),
        open("else without semicolons", "if(a){}else ", "c", ""),
        open("do", "do ", "a;", "while(0);"),
        open("for", "for(;;)", "a", ""),
        open("labels", "a:", "b", ""),
        open("labels and no blanks", "if\u{a0}(a)\u{a0}", "b", ""),
        open("patterns", "let [", "a", "]=1"),
        open("optional chains", "a?.[", "1", "]"),
        open("imports", "import(", "1", ")"),
        open("hidden in strings", "(')'", "", ""),
        open("hidden in regular expressions", "(/)/,", "", ""),
        open("hidden in classes", "(/[/)]/,", "", ""),
        open("hidden behind heads", "if(a)/)/,(", "", ""),
        open("hidden in comments", "(/*)*/", "", ""),
        open("hidden behind steps", "(a\n++/)/g,", "", ""),
        open("hidden behind numbers", "(1..if(a)/')/", "", ""),
        open("hidden behind octals", "(07.if(a)/')/", "", ""),
        open("hidden behind break", "{break\n/}/\n", "", ""),
    ]
}

fn nested((name, [part, middle, close]): Nest, levels: usize) -> String {
    let pure = if name.contains("pure") {
        "/*#__PURE__*/"
    } else {
        ""
    };
    let (part, close) = (part.repeat(levels), close.repeat(levels));
    [pure, &part, middle, &close].concat()
}

#[test]
fn no_nesting_overflows_the_stack() {
    for nest in nests() {
        // The deepest that is let through.
        let mut levels = MAX_NESTING / 64..MAX_NESTING * 4;
        while levels.end - levels.start > MAX_NESTING / 64 {
            let middle = levels.start.midpoint(levels.end);
            if nesting::is_within(&nested(nest, middle), MAX_NESTING) {
                levels.start = middle;
            } else {
                levels.end = middle;
            }
        }
        let deepest = nested(nest, levels.start);
        // Whether it is JavaScript or not: the parser comes back.
        assert_ne!(parse(&deepest), Err(ProgramError::TooLarge), "{}", nest.0);
    }
}

const TOKENS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "`",
    "${",
    "'",
    "\"",
    "/",
    "/",
    "\n",
    ";",
    ",",
    ":",
    "?",
    "=",
    "=>",
    "++",
    "--",
    "!",
    ".",
    "?.",
    "...",
    "if",
    "else ",
    "while",
    "for",
    "do ",
    "a",
    "async ",
    "await ",
    "yield ",
    "of ",
    "break ",
    "return ",
    "class ",
    "function ",
    "extends ",
    "new ",
    "1",
    "1.",
    "07",
    "/*",
    "*/",
    "//",
    "<",
    "\\",
    "\\u{61}",
    "#",
    "\u{2028}",
    "\u{a0}",
    "g",
    "case ",
    "let ",
    "static ",
    "get ",
    "/)/",
    "if(a)",
];

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(128))]

    #[test]
    fn no_tokens_overflow_the_stack(
        tokens in proptest::collection::vec(proptest::sample::select(TOKENS), 1..10),
        extra in proptest::sample::select(TOKENS),
    ) {
        let unit = tokens.concat();
        let times = MAX_NESTING * 3 / unit.len();
        let _ = parse(&unit.repeat(times));
        let _ = parse(&[&unit.repeat(times), extra, &unit.repeat(times)].concat());
    }
}

#[test]
fn what_bundles_do_is_within_the_bound() {
    let line = "var a=b?c:d,e={if:1,f:function(){return!g},h:[1,-2]};if(a)b();else if(c){d()}\n\
                for(var i=0;i<10;i++)x+=y/2/z;switch(a){case 1:case 2:break;default:c}\n\
                let s = 'x' + \"y\"\nconst t = u\nfunction f(v) { return v }\nif (w) x()\nelse y\nlabel: while (1) break label\n";
    let text = line.repeat(8_000);
    assert!(text.len() > 1 << 20);
    assert!(nesting::is_within(&text, 100));
    assert!(parse(&text.replace("let ", "var ").replace("const ", "var ")).is_ok());
}
