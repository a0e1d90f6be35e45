//! The numbers of `Count`, and what comes behind the last.

use std::hint::black_box;

use wit_bindgen::StreamWriter;

use crate::streams_v1::stream_service::types::Ending;
use crate::vimana::service::types::Code;
use crate::{Context, CountRequest, Number, Status, status, wit_stream};

/// Writes the numbers. Ends early where nobody reads them.
pub(crate) async fn write(
    ctx: Context,
    request: CountRequest,
    mut numbers: StreamWriter<Result<Number, Status>>,
) {
    let batch = request.batch.max(1);
    let mut next = 1;
    while next <= request.to {
        let last = request.to.min(next.saturating_add(batch - 1));
        let some = (next..=last)
            .map(|value| Ok(Number { value, padding: vec![0; request.padding as usize] }))
            .collect();
        if !numbers.write_all(some).await.is_empty() {
            return;
        }
        next = last + 1;
    }
    match request.ending {
        Ending::EndingStatus => {
            let enough = Err(status(Code::Aborted, "enough is enough"));
            numbers.write_all(vec![enough]).await;
        }
        Ending::EndingTrap => panic!("as asked"),
        Ending::EndingLoop => loop {
            black_box(&request);
        },
        Ending::EndingGrow => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(black_box(vec![1_u8; 1 << 20]));
            }
        }
        Ending::EndingHang => {
            let (_silent, mut never) = wit_stream::new::<Result<Number, Status>>();
            never.read(Vec::with_capacity(1)).await;
        }
        Ending::EndingEnd | Ending::Unrecognized(_) => {
            let _ = ctx.add_trailer("counted", request.to.to_string().as_bytes());
        }
    }
}
