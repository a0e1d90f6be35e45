//! `echo.v1.EchoService`: gives back what it gets.

wit_bindgen::generate!({
    path: ["../../../wit", "wit"],
    world: "echo-v1:echo-service/echo-service@1.0.0",
    generate_all,
});

struct Echo;

impl Guest for Echo {
    fn echo(_: Context, request: Record) -> Result<Record, Status> {
        Ok(request)
    }
}

export!(Echo);
