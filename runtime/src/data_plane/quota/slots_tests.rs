use proptest::prelude::*;

use super::*;

impl Ticket for u32 {
    fn is_void(&self) -> bool {
        *self == 0
    }
}

const WIDE: Bounds = Bounds {
    concurrent: 10_000,
    queue: 10_000,
    streams: 10_000,
};

#[derive(Debug, PartialEq, Eq)]
enum Decision {
    Run,
    Wait,
    Refuse(Duration),
}

fn enter(slots: &mut Slots<u32>, seat: Seat, kind: Kind, ticket: u32) -> Decision {
    if slots.try_take(seat, kind) {
        return Decision::Run;
    }
    match slots.wait(seat, kind, ticket) {
        Ok(()) => Decision::Wait,
        Err(retry) => Decision::Refuse(retry),
    }
}

fn running(slots: &mut Slots<u32>, seat: Seat, tries: u32) -> u32 {
    (0..tries)
        .map(|_| u32::from(slots.try_take(seat, Kind::Unary)))
        .sum()
}

#[test]
fn one_service_holds_half_of_all_slots_and_two_a_third_each() {
    let mut slots = Slots::new(900);
    let first = slots.seat(WIDE);
    assert_eq!(running(&mut slots, first, 2000), 450);
    let second = slots.seat(WIDE);
    let third = slots.seat(WIDE);
    assert!(running(&mut slots, second, 2000) >= 225);
    assert!(running(&mut slots, third, 2000) >= 110, "still some left");
}

#[test]
fn a_service_keeps_to_its_own_limits() {
    let mut slots = Slots::new(100);
    let seat = slots.seat(Bounds {
        concurrent: 2,
        queue: 1,
        streams: 1,
    });
    assert_eq!(enter(&mut slots, seat, Kind::Stream, 1), Decision::Run);
    assert_eq!(enter(&mut slots, seat, Kind::Unary, 2), Decision::Run);
    assert_eq!(enter(&mut slots, seat, Kind::Unary, 3), Decision::Wait);
    assert_eq!(
        enter(&mut slots, seat, Kind::Unary, 4),
        Decision::Refuse(FIRST_RETRY)
    );
}

#[test]
fn requests_run_in_the_order_of_their_arrival() {
    let mut slots = Slots::new(100);
    let seat = slots.seat(Bounds {
        concurrent: 1,
        queue: 10,
        streams: 1,
    });
    assert_eq!(enter(&mut slots, seat, Kind::Unary, 9), Decision::Run);
    for (ticket, kind) in [(1, Kind::Unary), (2, Kind::Stream), (3, Kind::Unary)] {
        assert_eq!(enter(&mut slots, seat, kind, ticket), Decision::Wait);
    }
    let mut order = Vec::new();
    let mut kind = Kind::Unary;
    for _ in 0..3 {
        slots.release(seat, kind, Instant::now);
        let next = slots.next().unwrap();
        order.push(next.2);
        kind = next.1;
    }
    assert_eq!(order, [1, 2, 3]);
    assert_eq!(slots.next(), None);
}

#[test]
fn a_stream_that_waits_for_streams_holds_no_unary_call_up() {
    let mut slots = Slots::new(100);
    let seat = slots.seat(Bounds {
        concurrent: 2,
        queue: 10,
        streams: 1,
    });
    assert_eq!(enter(&mut slots, seat, Kind::Stream, 9), Decision::Run);
    assert_eq!(enter(&mut slots, seat, Kind::Unary, 9), Decision::Run);
    assert_eq!(enter(&mut slots, seat, Kind::Stream, 1), Decision::Wait);
    assert_eq!(enter(&mut slots, seat, Kind::Unary, 2), Decision::Wait);
    slots.release(seat, Kind::Unary, Instant::now);
    assert_eq!(slots.next(), Some((seat, Kind::Unary, 2)));
    slots.release(seat, Kind::Stream, Instant::now);
    assert_eq!(slots.next(), Some((seat, Kind::Stream, 1)));
}

#[test]
fn who_gave_up_takes_no_slot_and_no_place_in_the_queue() {
    let mut slots = Slots::new(100);
    let seat = slots.seat(Bounds {
        concurrent: 1,
        queue: 2,
        streams: 1,
    });
    assert_eq!(enter(&mut slots, seat, Kind::Unary, 9), Decision::Run);
    assert_eq!(enter(&mut slots, seat, Kind::Unary, 0), Decision::Wait);
    assert_eq!(enter(&mut slots, seat, Kind::Unary, 0), Decision::Wait);
    assert_eq!(enter(&mut slots, seat, Kind::Unary, 5), Decision::Wait);
    slots.release(seat, Kind::Unary, Instant::now);
    assert_eq!(slots.next(), Some((seat, Kind::Unary, 5)));
}

#[test]
fn services_that_wait_take_turns() {
    let mut slots = Slots::new(2);
    let greedy = slots.seat(WIDE);
    let others = [slots.seat(WIDE), slots.seat(WIDE)];
    assert_eq!(enter(&mut slots, greedy, Kind::Unary, 9), Decision::Run);
    assert_eq!(enter(&mut slots, others[0], Kind::Unary, 9), Decision::Run);
    for ticket in 1..=3 {
        assert_eq!(
            enter(&mut slots, greedy, Kind::Unary, ticket),
            Decision::Wait
        );
    }
    assert_eq!(enter(&mut slots, others[1], Kind::Unary, 7), Decision::Wait);
    slots.release(greedy, Kind::Unary, Instant::now);
    assert_eq!(slots.next(), Some((greedy, Kind::Unary, 1)));
    slots.release(greedy, Kind::Unary, Instant::now);
    assert_eq!(slots.next(), Some((others[1], Kind::Unary, 7)));
}

#[test]
fn the_hint_follows_from_how_fast_slots_become_free() {
    let mut slots = Slots::new(100);
    let seat = slots.seat(Bounds {
        concurrent: 1,
        queue: 3,
        streams: 0,
    });
    assert_eq!(enter(&mut slots, seat, Kind::Unary, 9), Decision::Run);
    let start = Instant::now();
    for ticket in 1..=3 {
        assert_eq!(enter(&mut slots, seat, Kind::Unary, ticket), Decision::Wait);
    }
    for beat in 0..2 {
        slots.release(seat, Kind::Unary, || start + Duration::from_secs(beat * 2));
        assert!(slots.next().is_some());
        assert_eq!(enter(&mut slots, seat, Kind::Unary, 4), Decision::Wait);
    }
    assert_eq!(
        enter(&mut slots, seat, Kind::Unary, 5),
        Decision::Refuse(Duration::from_secs(8)),
        "2 s a slot, and three are before it"
    );
}

#[derive(Debug, Clone)]
enum Step {
    Enter(usize, bool),
    Release(usize),
    Bounds(usize, u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0_usize..3, any::<bool>()).prop_map(|(seat, stream)| Step::Enter(seat, stream)),
        3 => (0_usize..16).prop_map(Step::Release),
        1 => (0_usize..3, 0_u32..6).prop_map(|(seat, bound)| Step::Bounds(seat, bound)),
    ];
    proptest::collection::vec(step, 0..200)
}

proptest! {
    /// Slots are neither lost nor made, no bound is passed, and nobody waits where a
    /// slot could be had.
    #[test]
    fn slots_are_conserved(steps in steps()) {
        const TOTAL: u32 = 7;
        let mut slots = Slots::new(TOTAL);
        let seats: Vec<Seat> = (0..3)
            .map(|_| slots.seat(Bounds { concurrent: 4, queue: 3, streams: 2 }))
            .collect();
        let mut running: Vec<(Seat, Kind)> = Vec::new();
        for step in steps {
            match step {
                Step::Enter(seat, stream) => {
                    let kind = if stream { Kind::Stream } else { Kind::Unary };
                    if enter(&mut slots, seats[seat], kind, 1) == Decision::Run {
                        running.push((seats[seat], kind));
                    }
                }
                Step::Release(index) if !running.is_empty() => {
                    let (seat, kind) = running.swap_remove(index % running.len());
                    slots.release(seat, kind, Instant::now);
                }
                Step::Release(_) => {}
                Step::Bounds(seat, bound) => {
                    slots.set_bounds(seats[seat], Bounds { concurrent: bound, queue: 3, streams: 2 });
                }
            }
            while let Some((seat, kind, _)) = slots.next() {
                running.push((seat, kind));
            }
            prop_assert_eq!(u32::try_from(running.len()).unwrap() + slots.free, TOTAL);
            for service in slots.services.iter().flatten() {
                prop_assert!(service.waiting() <= 3);
                let can_run = |kind| service.may_run(kind, slots.free);
                prop_assert!(service.unary.is_empty() || !can_run(Kind::Unary));
                prop_assert!(service.streams.is_empty() || !can_run(Kind::Stream));
            }
        }
    }
}
