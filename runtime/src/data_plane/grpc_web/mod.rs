//! gRPC-Web (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md>): gRPC for
//! clients that cannot read trailers, over HTTP/1.1 as well.
//!
//! The messages are framed as in gRPC; the trailers follow them in a frame of their
//! own, and where a client asks for text, all is in base64. So a request is turned
//! into one of gRPC, and the response into one of gRPC-Web.

mod request;
mod response;
mod text;

use http::header::{
    ACCEPT, ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, TE,
};
use http::{Method, Request, Response, StatusCode, Version};
use tonic::body::Body;

use super::DataPlane;
use super::table::Table;
use crate::telemetry::Protocol;
use request::DecodedText;
use response::WebBody;

/// How the bytes of a message travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As they are.
    Binary,
    /// In base64.
    Text,
    /// In a format that we have not, as JSON.
    Unknown,
}

impl Form {
    /// The form of a request; none where it does not speak gRPC-Web.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        Self::named(headers.get(CONTENT_TYPE)?.as_bytes())
    }

    fn named(content_type: &[u8]) -> Option<Self> {
        let media_type = content_type.split(|byte| *byte == b';').next()?;
        let media_type = media_type.trim_ascii().to_ascii_lowercase();
        let rest = media_type.strip_prefix(b"application/grpc-web")?;
        Some(match rest {
            b"" | b"+proto" => Self::Binary,
            b"-text" | b"-text+proto" => Self::Text,
            _ => Self::Unknown,
        })
    }

    /// The form of the response: what the client accepts, else that of the request.
    fn of_response(self, headers: &HeaderMap) -> Self {
        let accepted = headers.get_all(ACCEPT).iter().find_map(|accept| {
            let mut types = accept.as_bytes().split(|byte| *byte == b',');
            types.find_map(|item| Self::named(item.trim_ascii()))
        });
        match accepted {
            Some(form @ (Self::Binary | Self::Text)) => form,
            Some(Self::Unknown) | None => self,
        }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Text => "application/grpc-web-text+proto",
            Self::Binary | Self::Unknown => "application/grpc-web+proto",
        })
    }
}

/// Answers a request in `form`.
pub(super) async fn handle(
    plane: &DataPlane,
    table: &Table,
    form: Form,
    request: Request<Body>,
) -> Response<Body> {
    if form == Form::Unknown {
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    if request.method() != Method::POST {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED);
        let allow = HeaderValue::from_static("POST");
        response.headers_mut().insert(ALLOW, allow);
        return response;
    }
    let answer_form = form.of_response(request.headers());
    let response = plane.answer_grpc(table, into_grpc(form, request)).await;
    into_web(answer_form, response)
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn into_grpc(form: Form, request: Request<Body>) -> Request<Body> {
    let (mut parts, body) = request.into_parts();
    parts.version = Version::HTTP_2;
    parts.extensions.insert(Protocol::GrpcWeb);
    // What the protocol needs and nobody else.
    for name in [
        ACCEPT,
        CONTENT_LENGTH,
        HeaderName::from_static("x-grpc-web"),
    ] {
        parts.headers.remove(name);
    }
    let grpc = HeaderValue::from_static("application/grpc");
    parts.headers.insert(CONTENT_TYPE, grpc);
    let trailers = HeaderValue::from_static("trailers");
    parts.headers.insert(TE, trailers);
    let body = match form {
        Form::Text => Body::new(DecodedText::new(body)),
        Form::Binary | Form::Unknown => body,
    };
    Request::from_parts(parts, body)
}

fn into_web(form: Form, response: Response<Body>) -> Response<Body> {
    let mut response = response.map(|body| Body::new(WebBody::new(body, form == Form::Text)));
    if response.status() == StatusCode::OK {
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, form.content_type());
        headers.remove(CONTENT_LENGTH);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_tells_the_form() {
        let form = |value: &str| Form::named(value.as_bytes());
        assert_eq!(form("application/grpc-web"), Some(Form::Binary));
        assert_eq!(form("application/grpc-web+proto"), Some(Form::Binary));
        assert_eq!(
            form("Application/gRPC-Web-Text; charset=utf-8"),
            Some(Form::Text)
        );
        assert_eq!(form("application/grpc-web-text+proto"), Some(Form::Text));
        assert_eq!(form("application/grpc-web+json"), Some(Form::Unknown));
        assert_eq!(form("application/grpc"), None);
    }

    #[test]
    fn the_answer_is_in_the_form_that_the_client_accepts() {
        let accepting = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            Form::Binary.of_response(&headers)
        };
        assert_eq!(accepting("application/grpc-web-text"), Form::Text);
        assert_eq!(accepting("*/*"), Form::Binary);
        assert_eq!(
            accepting("text/html, application/grpc-web-text+proto"),
            Form::Text
        );
    }
}
