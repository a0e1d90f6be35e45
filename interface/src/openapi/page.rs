//! The document as a page for people: one file of HTML that needs nothing else, no
//! script, and works without a mouse.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// A page of HTML.
#[derive(Clone, Debug)]
pub struct Page {
    /// All of it.
    pub html: String,
}

impl Page {
    /// What the `style` element of every page holds, whose hash a content security
    /// policy names.
    pub const STYLE: &str = include_str!("page.css");
}

const STYLE: &str = Page::STYLE;

/// The order in which methods of a path stand.
const METHODS: [&str; 8] = [
    "get", "post", "put", "patch", "delete", "head", "options", "trace",
];

/// The page of a document.
pub fn page(document: &Value) -> Page {
    let mut writer = Writer {
        html: String::new(),
    };
    writer.document(document);
    Page { html: writer.html }
}

struct Writer {
    html: String,
}

/// Text as HTML has it.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                char => f.write_char(char)?,
            }
        }
        Ok(())
    }
}

/// An operation and where it stands.
struct Operation<'d> {
    method: String,
    path: &'d str,
    value: &'d Value,
}

impl Writer {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        self.html
            .write_fmt(text)
            .expect("writing to a string does not fail");
    }

    fn document(&mut self, document: &Value) {
        let title = text(&document["info"], "title");
        self.put(format_args!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{0}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#services\">Skip to the services</a>\n\
             <header>\n<h1>{0}</h1>\n\
             <p class=\"soft\">Version {1}. For machines: <a href=\"schema.json\">schema.json</a>, OpenAPI {2}.</p>\n\
             </header>\n",
            Escaped(title),
            Escaped(text(&document["info"], "version")),
            Escaped(text(document, "openapi")),
        ));
        let operations = operations(document);
        let tags = list(&document["tags"]);
        self.contents(tags, &operations);
        self.put(format_args!("<main id=\"services\">\n"));
        for tag in tags {
            self.service(tag, &operations);
        }
        if let Some(schemas) = document["components"]["schemas"].as_object() {
            self.schemas(schemas);
        }
        self.put(format_args!("</main>\n</body>\n</html>\n"));
    }

    fn contents(&mut self, tags: &[Value], operations: &[Operation<'_>]) {
        self.put(format_args!("<nav aria-label=\"Methods\">\n<ul>\n"));
        for tag in tags {
            let name = text(tag, "name");
            self.put(format_args!(
                "<li><a href=\"#{0}\">{0}</a>\n<ul>\n",
                Escaped(name)
            ));
            for operation in of_tag(operations, name) {
                self.put(format_args!(
                    "<li><a class=\"path\" href=\"#{}\">{} {}</a></li>\n",
                    Escaped(text(operation.value, "operationId")),
                    Escaped(&operation.method),
                    Escaped(operation.path),
                ));
            }
            self.put(format_args!("</ul></li>\n"));
        }
        self.put(format_args!(
            "<li><a href=\"#schemas\">Messages</a></li>\n</ul>\n</nav>\n"
        ));
    }

    fn service(&mut self, tag: &Value, operations: &[Operation<'_>]) {
        let name = text(tag, "name");
        self.put(format_args!(
            "<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{0}</h2>\n",
            Escaped(name)
        ));
        self.about(tag);
        for operation in of_tag(operations, name) {
            self.operation(operation);
        }
        self.put(format_args!("</section>\n"));
    }

    fn operation(&mut self, operation: &Operation<'_>) {
        let value = operation.value;
        let id = text(value, "operationId");
        self.put(format_args!(
            "<article aria-labelledby=\"{0}\">\n<h3 id=\"{0}\"><span class=\"method\">{1}</span> \
             <span class=\"path\">{2}</span></h3>\n<p class=\"soft\"><code>{0}</code>{3}{4}</p>\n",
            Escaped(id),
            Escaped(&operation.method),
            Escaped(operation.path),
            if value["deprecated"] == true {
                ", deprecated"
            } else {
                ""
            },
            if value["security"].is_array() {
                ", needs a token"
            } else {
                ""
            },
        ));
        self.about(value);
        let parameters = list(&value["parameters"]);
        if !parameters.is_empty() {
            self.put(format_args!(
                "<div class=\"table\"><table>\n<caption>Parameters</caption>\n<thead><tr><th scope=\"col\">Name</th>\
                 <th scope=\"col\">In</th><th scope=\"col\">Type</th><th scope=\"col\">About</th></tr></thead>\n<tbody>\n"
            ));
            for parameter in parameters {
                self.put(format_args!(
                    "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td class=\"about\">{}</td></tr>\n",
                    Escaped(text(parameter, "name")),
                    Escaped(text(parameter, "in")),
                    type_of(&parameter["schema"]),
                    Escaped(text(parameter, "description")),
                ));
            }
            self.put(format_args!("</tbody>\n</table></div>\n"));
        }
        self.content("Body", &value["requestBody"]["content"]);
        self.content("Answer", &value["responses"]["200"]["content"]);
        self.put(format_args!("</article>\n"));
    }

    fn content(&mut self, label: &str, content: &Value) {
        let Some(content) = content.as_object() else {
            return;
        };
        for (media_type, media) in content {
            self.put(format_args!(
                "<p>{label}: {} <span class=\"soft\">as</span> <code>{}</code></p>\n",
                type_of(&media["schema"]),
                Escaped(media_type),
            ));
        }
    }

    fn about(&mut self, value: &Value) {
        let description = text(value, "description");
        if !description.is_empty() {
            self.put(format_args!(
                "<p class=\"about\">{}</p>\n",
                Escaped(description)
            ));
        }
    }

    fn schemas(&mut self, schemas: &Map<String, Value>) {
        self.put(format_args!(
            "<section aria-labelledby=\"schemas\">\n<h2 id=\"schemas\">Messages</h2>\n"
        ));
        for (name, schema) in schemas {
            self.put(format_args!(
                "<article aria-labelledby=\"schema-{0}\">\n<h3 id=\"schema-{0}\"><span class=\"path\">{0}</span></h3>\n",
                Escaped(name)
            ));
            self.about(schema);
            if let Some(values) = schema["enum"].as_array() {
                let values: Vec<String> = values.iter().map(code).collect();
                self.put(format_args!("<p>One of {}.</p>\n", values.join(", ")));
            }
            if let Some(properties) = schema["properties"].as_object() {
                self.properties(properties);
            }
            self.put(format_args!("</article>\n"));
        }
        self.put(format_args!("</section>\n"));
    }

    fn properties(&mut self, properties: &Map<String, Value>) {
        self.put(format_args!(
            "<div class=\"table\"><table>\n<caption>Fields</caption>\n<thead><tr><th scope=\"col\">Name</th>\
             <th scope=\"col\">Type</th><th scope=\"col\">About</th></tr></thead>\n<tbody>\n"
        ));
        for (name, property) in properties {
            self.put(format_args!(
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td class=\"about\">{}</td></tr>\n",
                Escaped(name),
                type_of(property),
                Escaped(text(property, "description")),
            ));
        }
        self.put(format_args!("</tbody>\n</table></div>\n"));
    }
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let Some(paths) = document["paths"].as_object() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (path, item) in paths {
        let Some(item) = item.as_object() else {
            continue;
        };
        let known = METHODS
            .iter()
            .filter_map(|method| Some((method.to_uppercase(), item.get(*method)?)));
        let others = item
            .get("x-additional-operations")
            .and_then(Value::as_object);
        let others = others
            .into_iter()
            .flatten()
            .map(|(method, value)| (method.clone(), value));
        found.extend(known.chain(others).map(|(method, value)| Operation {
            method,
            path,
            value,
        }));
    }
    found
}

fn of_tag<'o, 'd>(
    operations: &'o [Operation<'d>],
    tag: &'o str,
) -> impl Iterator<Item = &'o Operation<'d>> {
    operations
        .iter()
        .filter(move |operation| operation.value["tags"][0] == tag)
}

/// A schema in a few words, with a link to the message that it is.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|name| name.rsplit('/').next())
    {
        return format!(
            "<a href=\"#schema-{0}\"><code>{0}</code></a>",
            Escaped(name)
        );
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choices: Vec<String> = choices.iter().map(type_of).collect();
        return choices.join(" or ");
    }
    match schema["type"].as_str() {
        Some("array") => format!("list of {}", type_of(&schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("map to {}", type_of(&schema["additionalProperties"]))
        }
        Some(name) => {
            let format = schema["format"]
                .as_str()
                .or(schema["contentEncoding"].as_str());
            match format {
                Some(format) => format!("{} ({})", Escaped(name), Escaped(format)),
                None => Escaped(name).to_string(),
            }
        }
        None => "anything".to_owned(),
    }
}

fn code(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned);
    format!("<code>{}</code>", Escaped(&text))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_break_out() {
        let shown = Escaped("<script>'\"&").to_string();
        assert_eq!(shown, "&lt;script&gt;&#39;&quot;&amp;");
    }
}
