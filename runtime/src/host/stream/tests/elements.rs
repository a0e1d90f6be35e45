//! Elements of any type come out as they went in.

use std::fmt::Write as _;

use futures::{StreamExt as _, stream};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use proptest::test_runner::{Config, TestRunner};
use wasmtime::component::{Component, Linker, Type, Val};

use super::{host, invocation};
use crate::host::Host;
use crate::host::stream::{Adapter as _, Drain as _, PumpDrain, PumpSource, Source as _};

/// A type of elements.
#[derive(Debug, Clone)]
enum Shape {
    Plain(&'static str),
    List(Box<Self>),
    Option(Box<Self>),
    Result(Box<Self>, Box<Self>),
    Tuple(Vec<Self>),
    Record(Vec<Self>),
    Variant(Vec<Option<Self>>),
    Enum(usize),
    Flags(usize),
}

fn shapes() -> impl Strategy<Value = Shape> {
    const PLAIN: [&str; 12] = [
        "bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "string",
    ];
    let leaf = prop_oneof![
        6 => prop::sample::select(&PLAIN[..]).prop_map(Shape::Plain),
        1 => prop_oneof![1..6_usize, Just(300)].prop_map(Shape::Enum),
        1 => (1..=32_usize).prop_map(Shape::Flags),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed.clone().prop_map(Shape::List),
            boxed.clone().prop_map(Shape::Option),
            (boxed.clone(), boxed).prop_map(|(ok, err)| Shape::Result(ok, err)),
            vec(inner.clone(), 1..4).prop_map(Shape::Tuple),
            vec(inner.clone(), 1..6).prop_map(Shape::Record),
            vec(prop::option::of(inner), 1..5).prop_map(Shape::Variant),
        ]
    })
}

/// Writes the type as WebAssembly text, and gives how it is referred to.
fn define(shape: &Shape, text: &mut String, count: &mut usize) -> String {
    let mut each = |parts: &[Shape], before: &str| -> String {
        parts
            .iter()
            .enumerate()
            .fold(String::new(), |all, (at, part)| {
                let part = define(part, text, count);
                match before {
                    "field" => format!("{all} (field \"f{at}\" {part})"),
                    _ => format!("{all} {part}"),
                }
            })
    };
    let names = |count: usize| (0..count).fold(String::new(), |all, at| format!("{all} \"n{at}\""));
    let body = match shape {
        Shape::Plain(name) => return (*name).to_owned(),
        Shape::List(of) => format!("(list{})", each(&[(**of).clone()], "")),
        Shape::Option(of) => format!("(option{})", each(&[(**of).clone()], "")),
        Shape::Result(ok, err) => {
            let ok = define(ok, text, count);
            let err = define(err, text, count);
            format!("(result {ok} (error {err}))")
        }
        Shape::Tuple(parts) => format!("(tuple{})", each(parts, "")),
        Shape::Record(parts) => format!("(record{})", each(parts, "field")),
        Shape::Variant(cases) => {
            let mut body = String::from("(variant");
            for (at, case) in cases.iter().enumerate() {
                let case = case.as_ref().map(|case| define(case, text, count));
                write!(body, " (case \"c{at}\" {})", case.unwrap_or_default()).unwrap();
            }
            body + ")"
        }
        Shape::Enum(count) => format!("(enum{})", names(*count)),
        Shape::Flags(count) => format!("(flags{})", names(*count)),
    };
    let at = *count;
    *count += 1;
    let is_named = matches!(
        shape,
        Shape::Record(_) | Shape::Variant(_) | Shape::Enum(_) | Shape::Flags(_)
    );
    if is_named {
        // Another spelling of names than the pumps', which must not matter.
        writeln!(
            text,
            "(type $a{at} {body}) (export $b{at} \"own-{at}\" (type $a{at}))"
        )
        .unwrap();
    } else {
        writeln!(text, "(type $b{at} {body})").unwrap();
    }
    format!("$b{at}")
}

fn values(shape: &Shape) -> BoxedStrategy<Val> {
    let boxed = |shape: &Shape| values(shape).prop_map(Box::new);
    match shape {
        Shape::Plain("bool") => any::<bool>().prop_map(Val::Bool).boxed(),
        Shape::Plain("s8") => any::<i8>().prop_map(Val::S8).boxed(),
        Shape::Plain("u8") => any::<u8>().prop_map(Val::U8).boxed(),
        Shape::Plain("s16") => any::<i16>().prop_map(Val::S16).boxed(),
        Shape::Plain("u16") => any::<u16>().prop_map(Val::U16).boxed(),
        Shape::Plain("s32") => any::<i32>().prop_map(Val::S32).boxed(),
        Shape::Plain("u32") => any::<u32>().prop_map(Val::U32).boxed(),
        Shape::Plain("s64") => any::<i64>().prop_map(Val::S64).boxed(),
        Shape::Plain("u64") => any::<u64>().prop_map(Val::U64).boxed(),
        Shape::Plain("f32") => (-1e9_f32..1e9).prop_map(Val::Float32).boxed(),
        Shape::Plain("f64") => (-1e99..1e99).prop_map(Val::Float64).boxed(),
        Shape::Plain(_) => "\\PC{0,12}".prop_map(Val::String).boxed(),
        Shape::List(of) => vec(values(of), 0..5).prop_map(Val::List).boxed(),
        Shape::Option(of) => prop::option::of(boxed(of)).prop_map(Val::Option).boxed(),
        Shape::Result(ok, err) => prop_oneof![
            boxed(ok).prop_map(|ok| Val::Result(Ok(Some(ok)))),
            boxed(err).prop_map(|err| Val::Result(Err(Some(err)))),
        ]
        .boxed(),
        Shape::Tuple(parts) => {
            let parts: Vec<_> = parts.iter().map(values).collect();
            parts.prop_map(Val::Tuple).boxed()
        }
        Shape::Record(parts) => {
            let parts: Vec<_> = parts.iter().map(values).collect();
            let named = |parts: Vec<Val>| {
                let parts = parts.into_iter().enumerate();
                Val::Record(parts.map(|(at, part)| (format!("f{at}"), part)).collect())
            };
            parts.prop_map(named).boxed()
        }
        Shape::Variant(cases) => {
            let cases = cases.iter().enumerate().map(|(at, case)| {
                let name = format!("c{at}");
                match case {
                    None => Just(Val::Variant(name, None)).boxed(),
                    Some(case) => boxed(case)
                        .prop_map(move |case| Val::Variant(name.clone(), Some(case)))
                        .boxed(),
                }
            });
            proptest::strategy::Union::new(cases).boxed()
        }
        Shape::Enum(count) => {
            let count = *count;
            any::<Index>()
                .prop_map(move |at| Val::Enum(format!("n{}", at.index(count))))
                .boxed()
        }
        Shape::Flags(count) => {
            let names: Vec<_> = (0..*count).map(|at| format!("n{at}")).collect();
            subsequence(names, 0..=*count).prop_map(Val::Flags).boxed()
        }
    }
}

/// A component whose function gives the stream back that it is given.
fn echo(shape: &Shape) -> Vec<u8> {
    let mut types = String::new();
    let element = define(shape, &mut types, &mut 0);
    let text = format!(
        r#"(component
          {types}
          (type $stream (stream {element}))
          (core module $code (func (export "echo") (param i32) (result i32) (local.get 0)))
          (core instance $echo (instantiate $code))
          (func (export "echo") (param "request" $stream) (result $stream)
            (canon lift (core func $echo "echo"))))"#
    );
    wat::parse_str(&text).unwrap()
}

/// What comes of `items` that a client sends in batches of `batch`.
async fn pumped(host: &Host, component: &[u8], items: &[Val], batch: usize) -> Vec<Val> {
    let component = Component::from_binary(&host.engine, component).unwrap();
    let mut store = host.store(invocation());
    let linker = Linker::new(&host.engine);
    let instance = linker
        .instantiate_async(&mut store, &component)
        .await
        .unwrap();
    let function = instance.get_func(&mut store, "echo").unwrap();
    let Some(Type::Stream(of)) = function.ty(&store).results().next() else {
        panic!("the function gives a stream");
    };
    let element = of.ty().unwrap();
    let batches: Vec<_> = items.chunks(batch).map(|some| Ok(some.to_vec())).collect();
    store.data_mut().input = Some(stream::iter(batches).boxed());
    let source = host.pumps.source(&element).unwrap();
    let source = source.open(&mut store).await.unwrap();
    let drain = host.pumps.drain(&element).unwrap();
    let mut drain = drain.open(&mut store).await.unwrap();
    let run = store.run_concurrent(async |accessor| -> wasmtime::Result<Vec<Val>> {
        let request = PumpSource::stream(&source, accessor).await?;
        let mut results = [Val::Bool(false)];
        function
            .call_concurrent(accessor, &[Val::Stream(request)], &mut results)
            .await?;
        let [Val::Stream(response)] = results else {
            panic!("the function gives a stream");
        };
        PumpDrain::attach(&mut drain, accessor, response).await?;
        let mut all = Vec::new();
        loop {
            let some = PumpDrain::next(&mut drain, accessor).await?;
            if some.is_empty() {
                return Ok(all);
            }
            all.extend(some);
        }
    });
    run.await.unwrap().unwrap()
}

#[test]
fn elements_of_any_type_come_out_as_they_went_in() {
    let (host, _folder) = host();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let streams = shapes().prop_flat_map(|shape| {
        let items = vec(values(&shape), 0..80);
        (Just(shape), items, 1..20_usize)
    });
    let config = Config {
        cases: 64,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&streams, |(shape, items, batch)| {
            let component = echo(&shape);
            let pumped = pumped(&host, &component, &items, batch);
            prop_assert_eq!(runtime.block_on(pumped), items);
            Ok(())
        })
        .unwrap();
}
