use std::collections::BTreeMap;
use std::ops::Range;

use oxc_ast::ast::{
    ArrowFunctionExpression, BindingPattern, Declaration, ExportDefaultDeclarationKind, Expression,
    FormalParameters, Function, Program, Statement, VariableDeclaration,
};
use oxc_span::{GetSpan, Span};

/// Something that a program exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Export {
    /// The name under which others find it; `default` for the default export.
    pub(crate) name: String,
    /// Where that name, or what stands for it, is written.
    pub(crate) range: Range<usize>,
    pub(crate) kind: ExportKind,
}

/// What an export is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExportKind {
    Function(Signature),
    /// A value that is no function: a literal, an object, a class.
    Value,
    /// What only running the program tells, or another module.
    Unknown,
}

/// How a function is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    /// The names of the parameters: `{}` and `[]` for patterns, `...name` for
    /// the rest.
    pub(crate) parameters: Vec<String>,
    /// How many of them have to be given: those before the first that has a
    /// default value, or is the rest.
    pub(crate) required: usize,
    pub(crate) is_async: bool,
    pub(crate) is_generator: bool,
}

/// The exports of a program, and whether it exports more than these.
pub(super) fn of(program: &Program<'_>) -> (Vec<Export>, bool) {
    let locals = locals(program);
    let mut exports = Vec::new();
    let mut exports_more = false;
    for statement in &program.body {
        match statement {
            Statement::ExportDeclaration(export) => {
                declared(&export.declaration, &mut |name, span, kind| {
                    exports.push(Export::new(name, span, kind));
                });
            }
            Statement::ExportNamedDeclaration(export) => {
                for specifier in &export.specifiers {
                    let local = specifier.local.name();
                    let kind = locals.get(local.as_str());
                    exports.push(Export::new(
                        &specifier.exported.name(),
                        specifier.exported.span(),
                        kind.cloned().unwrap_or(ExportKind::Unknown),
                    ));
                }
            }
            Statement::ExportFromDeclaration(export) => {
                for specifier in &export.specifiers {
                    let name = specifier.exported.name();
                    let span = specifier.exported.span();
                    exports.push(Export::new(&name, span, ExportKind::Unknown));
                }
            }
            Statement::ExportDefaultDeclaration(export) => {
                let (span, kind) = default(&export.declaration, &locals);
                exports.push(Export::new("default", span, kind));
            }
            Statement::ExportAllDeclaration(export) => match &export.exported {
                Some(name) => {
                    exports.push(Export::new(&name.name(), name.span(), ExportKind::Value));
                }
                None => exports_more = true,
            },
            _ => {}
        }
    }
    (exports, exports_more)
}

impl Export {
    fn new(name: &str, span: Span, kind: ExportKind) -> Self {
        Self {
            name: name.to_owned(),
            range: span.start as usize..span.end as usize,
            kind,
        }
    }
}

/// What the names at the top of a program are.
fn locals(program: &Program<'_>) -> BTreeMap<String, ExportKind> {
    let mut locals = BTreeMap::new();
    for statement in &program.body {
        let mut add = |name: &str, _: Span, kind| {
            locals.insert(name.to_owned(), kind);
        };
        match statement {
            Statement::ExportDeclaration(export) => declared(&export.declaration, &mut add),
            Statement::VariableDeclaration(variables) => variable(variables, &mut add),
            Statement::FunctionDeclaration(function) => {
                if let Some(id) = &function.id {
                    add(&id.name, id.span, ExportKind::Function(signature(function)));
                }
            }
            Statement::ClassDeclaration(class) => {
                if let Some(id) = &class.id {
                    add(&id.name, id.span, ExportKind::Value);
                }
            }
            _ => {}
        }
    }
    // `const b = a` is what `a` is.
    let aliases = program.body.iter().filter_map(|statement| match statement {
        Statement::VariableDeclaration(variables) => Some(&variables.declarations),
        _ => None,
    });
    for declarator in aliases.flatten() {
        if let (BindingPattern::BindingIdentifier(id), Some(Expression::Identifier(of))) =
            (&declarator.id, &declarator.init)
            && let Some(kind) = locals.get(of.name.as_str()).cloned()
        {
            locals.insert(id.name.to_string(), kind);
        }
    }
    locals
}

fn declared(declaration: &Declaration<'_>, add: &mut dyn FnMut(&str, Span, ExportKind)) {
    match declaration {
        Declaration::VariableDeclaration(variables) => variable(variables, add),
        Declaration::FunctionDeclaration(function) => {
            if let Some(id) = &function.id {
                add(&id.name, id.span, ExportKind::Function(signature(function)));
            }
        }
        Declaration::ClassDeclaration(class) => {
            if let Some(id) = &class.id {
                add(&id.name, id.span, ExportKind::Value);
            }
        }
        _ => {}
    }
}

fn variable(variables: &VariableDeclaration<'_>, add: &mut dyn FnMut(&str, Span, ExportKind)) {
    for declarator in &variables.declarations {
        match &declarator.id {
            BindingPattern::BindingIdentifier(id) => {
                let kind = declarator.init.as_ref().map_or(ExportKind::Unknown, kind);
                add(&id.name, id.span, kind);
            }
            pattern => {
                for id in pattern.get_binding_identifiers() {
                    add(&id.name, id.span, ExportKind::Unknown);
                }
            }
        }
    }
}

fn default(
    declaration: &ExportDefaultDeclarationKind<'_>,
    locals: &BTreeMap<String, ExportKind>,
) -> (Span, ExportKind) {
    let span = declaration.span();
    match declaration {
        ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
            let span = function.id.as_ref().map_or(span, |id| id.span);
            (span, ExportKind::Function(signature(function)))
        }
        ExportDefaultDeclarationKind::ClassDeclaration(_) => (span, ExportKind::Value),
        declaration => match declaration.as_expression() {
            Some(Expression::Identifier(id)) => {
                let kind = locals.get(id.name.as_str()).cloned();
                (span, kind.unwrap_or(ExportKind::Unknown))
            }
            Some(expression) => (span, kind(expression)),
            None => (span, ExportKind::Unknown),
        },
    }
}

fn kind(expression: &Expression<'_>) -> ExportKind {
    match expression.without_parentheses() {
        Expression::ArrowFunctionExpression(arrow) => ExportKind::Function(of_arrow(arrow)),
        Expression::FunctionExpression(function) => ExportKind::Function(signature(function)),
        Expression::BooleanLiteral(_)
        | Expression::NullLiteral(_)
        | Expression::NumericLiteral(_)
        | Expression::BigIntLiteral(_)
        | Expression::RegExpLiteral(_)
        | Expression::StringLiteral(_)
        | Expression::TemplateLiteral(_)
        | Expression::ArrayExpression(_)
        | Expression::ObjectExpression(_)
        | Expression::ClassExpression(_) => ExportKind::Value,
        _ => ExportKind::Unknown,
    }
}

fn signature(function: &Function<'_>) -> Signature {
    Signature {
        parameters: parameters(&function.params),
        required: required(&function.params),
        is_async: function.r#async,
        is_generator: function.generator,
    }
}

fn of_arrow(arrow: &ArrowFunctionExpression<'_>) -> Signature {
    Signature {
        parameters: parameters(&arrow.params),
        required: required(&arrow.params),
        is_async: arrow.r#async,
        is_generator: false,
    }
}

fn required(parameters: &FormalParameters<'_>) -> usize {
    parameters
        .items
        .iter()
        .take_while(|item| item.initializer.is_none())
        .count()
}

fn parameters(parameters: &FormalParameters<'_>) -> Vec<String> {
    let name = |pattern: &BindingPattern<'_>| match pattern {
        BindingPattern::BindingIdentifier(id) => id.name.to_string(),
        BindingPattern::ObjectPattern(_) => "{}".to_owned(),
        BindingPattern::ArrayPattern(_) => "[]".to_owned(),
        BindingPattern::AssignmentPattern(_) => "=".to_owned(),
    };
    let items = parameters.items.iter().map(|item| name(&item.pattern));
    let rest = parameters.rest.iter();
    let rest = rest.map(|rest| format!("...{}", name(&rest.rest.argument)));
    items.chain(rest).collect()
}
