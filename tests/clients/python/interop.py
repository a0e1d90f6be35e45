"""The client's side of gRPC's interop tests, over grpcio, which is gRPC's core in C++:

    python3 interop.py ADDRESS INCLUDE,INCLUDE... [CASE]...

The folders are where grpc/testing/test.proto and its imports lie. Prints `CASE ok` or
`CASE failed: WHY` for each case and exits with 1 when one has failed.

The cases are those of https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md.
"""

import os
import queue
import sys
import tempfile
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc

SERVICE = "grpc.testing.TestService"
LARGE_REQUEST, LARGE_RESPONSE = 271828, 314159
GZIP, PLAIN = grpc.Compression.Gzip, grpc.Compression.NoCompression
INITIAL = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
TRAILING = ("x-grpc-test-echo-trailing-bin", b"\x0a\x0b\x0a\x0b\x0a\x0b")
# Long enough for a server that is built without optimization and shares its machine.
PATIENCE = 300


class Messages:
    """The classes of all messages, by their names in `grpc.testing`."""

    def __init__(self, folders):
        with tempfile.NamedTemporaryFile() as file:
            arguments = ["protoc", "--include_imports", f"--descriptor_set_out={file.name}"]
            folders = [*folders, resources.files("grpc_tools") / "_proto"]
            arguments += [f"--proto_path={folder}" for folder in folders]
            if protoc.main([*arguments, "grpc/testing/test.proto"]) != 0:
                sys.exit(2)
            files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
        self.pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self.pool.Add(file)

    def __getattr__(self, name):
        descriptor = self.pool.FindMessageTypeByName(f"grpc.testing.{name}")
        return message_factory.GetMessageClass(descriptor)


class Stub:
    """A service's methods, each callable as its arity asks for."""

    def __init__(self, channel, messages, service=SERVICE):
        for method in messages.pool.FindServiceByName(service).methods:
            kind = "_".join(
                "stream" if streams else "unary"
                for streams in (method.client_streaming, method.server_streaming)
            )
            response = message_factory.GetMessageClass(method.output_type)
            call = getattr(channel, kind)(
                f"/{service}/{method.name}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=response.FromString,
            )
            setattr(self, method.name, call)


class Client:
    def __init__(self, address, messages):
        self.address = address
        self.m = messages
        self.channel = grpc.insecure_channel(address)
        self.stub = Stub(self.channel, messages)

    def payload(self, size):
        return self.m.Payload(body=bytes(size))

    def large(self, **fields):
        return self.m.SimpleRequest(
            response_size=LARGE_RESPONSE, payload=self.payload(LARGE_REQUEST), **fields
        )

    def output(self, sizes, payload=None, **fields):
        parameters = [self.m.ResponseParameters(size=size) for size in sizes]
        return self.m.StreamingOutputCallRequest(
            response_parameters=parameters,
            payload=None if payload is None else self.payload(payload),
            **fields,
        )

    def flag(self, value):
        return self.m.BoolValue(value=value)


def expect(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r:.200}, found {actual!r:.200}")


def expect_zeros(payload, size):
    expect(len(payload.body), size)
    expect(payload.body, bytes(size))


def expect_status(call, code, message=None):
    try:
        call()
    except grpc.RpcError as error:
        expect(error.code(), code)
        if message is not None:
            expect(error.details(), message)
    else:
        raise AssertionError(f"expected {code}, found OK")


def empty_unary(c):
    expect(c.stub.EmptyCall(c.m.Empty(), timeout=PATIENCE), c.m.Empty())


def cacheable_unary(c):
    """Without the caching proxy that the description asks for: what such a one goes by."""
    call = c.stub.CacheableUnaryCall.with_call
    metadata = (("x-user-ip", "1.2.3.4"),)
    first, head = call(c.m.SimpleRequest(), metadata=metadata, timeout=PATIENCE)
    second, _ = call(c.m.SimpleRequest(), metadata=metadata, timeout=PATIENCE)
    expect(dict(head.initial_metadata())["cache-control"], "max-age=60, public")
    if not first.payload.body or first.payload.body == second.payload.body:
        raise AssertionError("two calls that no cache has answered have the same payload")


def large_unary(c):
    response = c.stub.UnaryCall(c.large(), timeout=PATIENCE)
    expect_zeros(response.payload, LARGE_RESPONSE)


def client_compressed_unary(c):
    call = c.stub.UnaryCall
    compressed = c.large(expect_compressed=c.flag(True))
    expect_status(
        lambda: call(compressed, compression=PLAIN, timeout=PATIENCE),
        grpc.StatusCode.INVALID_ARGUMENT,
    )
    response = call(compressed, compression=GZIP, timeout=PATIENCE)
    expect_zeros(response.payload, LARGE_RESPONSE)
    plain = c.large(expect_compressed=c.flag(False))
    response = call(plain, compression=PLAIN, timeout=PATIENCE)
    expect_zeros(response.payload, LARGE_RESPONSE)


def client_streaming(c):
    sizes = [27182, 8, 1828, 45904]
    requests = (c.m.StreamingInputCallRequest(payload=c.payload(size)) for size in sizes)
    response = c.stub.StreamingInputCall(requests, timeout=PATIENCE)
    expect(response.aggregated_payload_size, 74922)


def client_compressed_streaming(c):
    call = c.stub.StreamingInputCall

    def request(size, compressed):
        return c.m.StreamingInputCallRequest(
            payload=c.payload(size), expect_compressed=c.flag(compressed)
        )

    expect_status(
        lambda: call(iter([request(27182, True)]), compression=PLAIN, timeout=PATIENCE),
        grpc.StatusCode.INVALID_ARGUMENT,
    )

    # grpcio sets the flag for a whole call: the stock client in Ruby mixes them.
    response = call(
        iter([request(27182, True), request(45904, False)]), compression=GZIP, timeout=PATIENCE
    )
    expect(response.aggregated_payload_size, 73086)


def server_streaming(c):
    sizes = [31415, 9, 2653, 58979]
    responses = list(c.stub.StreamingOutputCall(c.output(sizes), timeout=PATIENCE))
    expect(len(responses), len(sizes))
    for response, size in zip(responses, sizes):
        expect_zeros(response.payload, size)


class Requests:
    """Requests that are sent one by one."""

    def __init__(self):
        self.queue = queue.Queue()

    def send(self, request):
        self.queue.put(request)

    def end(self):
        self.queue.put(None)

    def __iter__(self):
        return iter(self.queue.get, None)


def ping_pong(c):
    requests = Requests()
    responses = c.stub.FullDuplexCall(iter(requests), timeout=PATIENCE)
    for size, payload in [(31415, 27182), (9, 8), (2653, 1828), (58979, 45904)]:
        requests.send(c.output([size], payload))
        expect_zeros(next(responses).payload, size)
    requests.end()
    expect(list(responses), [])
    expect(responses.code(), grpc.StatusCode.OK)


def empty_stream(c):
    responses = c.stub.FullDuplexCall(iter([]), timeout=PATIENCE)
    expect(list(responses), [])
    expect(responses.code(), grpc.StatusCode.OK)


def half_duplex(c):
    """Of no test's own: the one method that no case calls."""
    requests = iter([c.output([31415, 9], 27182), c.output([2653], 8)])
    responses = c.stub.HalfDuplexCall(requests, timeout=PATIENCE)
    expect([len(response.payload.body) for response in responses], [31415, 9, 2653])


def custom_metadata(c):
    metadata = (INITIAL, TRAILING)

    def check(call):
        expect(dict(call.initial_metadata()).get(INITIAL[0]), INITIAL[1])
        expect(dict(call.trailing_metadata()).get(TRAILING[0]), TRAILING[1])

    _, call = c.stub.UnaryCall.with_call(c.large(), metadata=metadata, timeout=PATIENCE)
    check(call)
    requests = Requests()
    requests.send(c.output([LARGE_RESPONSE], LARGE_REQUEST))
    responses = c.stub.FullDuplexCall(iter(requests), metadata=metadata, timeout=PATIENCE)
    # The request stream is still open: headers come before its end.
    expect(dict(responses.initial_metadata()).get(INITIAL[0]), INITIAL[1])
    expect_zeros(next(responses).payload, LARGE_RESPONSE)
    requests.end()
    expect(list(responses), [])
    check(responses)


def status_code_and_message(c):
    status = c.m.EchoStatus(code=2, message="test status message")
    expect_status(
        lambda: c.stub.UnaryCall(c.m.SimpleRequest(response_status=status), timeout=PATIENCE),
        grpc.StatusCode.UNKNOWN,
        "test status message",
    )
    request = c.m.StreamingOutputCallRequest(response_status=status)
    expect_status(
        lambda: list(c.stub.FullDuplexCall(iter([request]), timeout=PATIENCE)),
        grpc.StatusCode.UNKNOWN,
        "test status message",
    )


def special_status_message(c):
    message = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
    status = c.m.EchoStatus(code=2, message=message)
    expect_status(
        lambda: c.stub.UnaryCall(c.m.SimpleRequest(response_status=status), timeout=PATIENCE),
        grpc.StatusCode.UNKNOWN,
        message,
    )


def unimplemented_method(c):
    expect_status(
        lambda: c.stub.UnimplementedCall(c.m.Empty(), timeout=PATIENCE),
        grpc.StatusCode.UNIMPLEMENTED,
    )


def unimplemented_service(c):
    stub = Stub(c.channel, c.m, "grpc.testing.UnimplementedService")
    expect_status(
        lambda: stub.UnimplementedCall(c.m.Empty(), timeout=PATIENCE),
        grpc.StatusCode.UNIMPLEMENTED,
    )


def cancel_after_begin(c):
    call = c.stub.StreamingInputCall.future(iter(Requests()))
    call.cancel()
    if not call.cancelled():
        raise AssertionError("the call is not cancelled")
    expect(call.code(), grpc.StatusCode.CANCELLED)


def cancel_after_first_response(c):
    requests = Requests()
    responses = c.stub.FullDuplexCall(iter(requests), timeout=PATIENCE)
    requests.send(c.output([31415], 27182))
    expect_zeros(next(responses).payload, 31415)
    responses.cancel()
    expect_status(lambda: next(responses), grpc.StatusCode.CANCELLED)


def timeout_on_sleeping_server(c):
    requests = Requests()
    requests.send(c.output([], 27182))
    expect_status(
        lambda: list(c.stub.FullDuplexCall(iter(requests), timeout=0.001)),
        grpc.StatusCode.DEADLINE_EXCEEDED,
    )
    requests.end()


def rpc_soak(c):
    for _ in range(10):
        large_unary(c)


def channel_soak(c):
    for _ in range(10):
        with grpc.insecure_channel(c.address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            response = Stub(channel, c.m).UnaryCall(c.large(), timeout=PATIENCE)
            expect_zeros(response.payload, LARGE_RESPONSE)


def concurrent_large_unary(c):
    with ThreadPoolExecutor(max_workers=100) as pool:
        for call in [pool.submit(large_unary, c) for _ in range(100)]:
            call.result()


CASES = [
    empty_unary,
    cacheable_unary,
    large_unary,
    client_compressed_unary,
    client_streaming,
    client_compressed_streaming,
    server_streaming,
    ping_pong,
    empty_stream,
    half_duplex,
    custom_metadata,
    status_code_and_message,
    special_status_message,
    unimplemented_method,
    unimplemented_service,
    cancel_after_begin,
    cancel_after_first_response,
    timeout_on_sleeping_server,
    rpc_soak,
    channel_soak,
    concurrent_large_unary,
]


def main():
    address, folders, *names = sys.argv[1:]
    client = Client(address, Messages(folders.split(",")))
    failed = False
    for case in CASES:
        if names and case.__name__ not in names:
            continue
        try:
            case(client)
            print(f"{case.__name__} ok", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed = True
            text = " ".join(f"{type(error).__name__}: {error}".split())
            print(f"{case.__name__} failed: {text:.500}", flush=True)
            traceback.print_exc()
    # Threads of calls that failed may still wait for requests.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if failed else 0)


if __name__ == "__main__":
    threading.excepthook = lambda _: None
    main()
