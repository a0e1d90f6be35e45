"""A gRPC server of somebody else, with reflection: `server.py [CERT KEY]`.

Prints its port, and serves until stdin ends.
"""

import sys
import time
from concurrent import futures

import grpc
from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
)
from grpc_reflection.v1alpha import reflection

FILE = """
name: "demo/v1/demo.proto"
package: "demo.v1"
syntax: "proto3"
dependency: "google/protobuf/any.proto"
message_type {
  name: "Item"
  field { name: "text" json_name: "text" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "item_count" json_name: "itemCount" number: 2 type: TYPE_INT64 label: LABEL_OPTIONAL }
  field { name: "any" json_name: "any" number: 3 type: TYPE_MESSAGE type_name: ".google.protobuf.Any" label: LABEL_OPTIONAL }
  field { name: "kind" json_name: "kind" number: 4 type: TYPE_ENUM type_name: ".demo.v1.Kind" label: LABEL_OPTIONAL }
  field { name: "child" json_name: "child" number: 5 type: TYPE_MESSAGE type_name: ".demo.v1.Item" label: LABEL_OPTIONAL }
}
message_type {
  name: "Reason"
  field { name: "why" json_name: "why" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
}
enum_type {
  name: "Kind"
  value { name: "KIND_UNSPECIFIED" number: 0 }
  value { name: "KIND_ROUND" number: 1 }
}
service {
  name: "Demo"
  method { name: "Get" input_type: ".demo.v1.Item" output_type: ".demo.v1.Item" }
  method { name: "Split" input_type: ".demo.v1.Item" output_type: ".demo.v1.Item" server_streaming: true }
  method { name: "Join" input_type: ".demo.v1.Item" output_type: ".demo.v1.Item" client_streaming: true }
  method { name: "Chat" input_type: ".demo.v1.Item" output_type: ".demo.v1.Item" client_streaming: true server_streaming: true }
}
"""

STATUS = """
name: "status.proto"
package: "google.rpc"
syntax: "proto3"
dependency: "google/protobuf/any.proto"
message_type {
  name: "Status"
  field { name: "code" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
  field { name: "message" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "details" number: 3 type: TYPE_MESSAGE type_name: ".google.protobuf.Any" label: LABEL_REPEATED }
}
"""

pool = descriptor_pool.Default()
assert any_pb2.DESCRIPTOR
for text in (FILE, STATUS):
    pool.Add(text_format.Parse(text, descriptor_pb2.FileDescriptorProto()))


def message(name):
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


Item, Reason, Status = (message(name) for name in ("demo.v1.Item", "demo.v1.Reason", "google.rpc.Status"))


def get(request, context):
    seen = []
    for key, value in context.invocation_metadata():
        if key.startswith("x-"):
            shown = value if isinstance(value, str) else value.hex()
            seen.append((f"{key.removesuffix('-bin')}-seen", shown))
    context.send_initial_metadata(seen)
    if request.text == "fail":
        detail = any_pb2.Any()
        detail.Pack(Reason(why="it was asked to"))
        status = Status(code=grpc.StatusCode.FAILED_PRECONDITION.value[0], details=[detail])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no, says the server")
    if request.text == "sleep":
        time.sleep(min(30, context.time_remaining() or 30) + 0.2)
    if request.text == "any":
        request.any.Pack(Reason(why="because"))
    context.set_trailing_metadata((("x-trailer", "last"),))
    return request


def split(request, context):
    for word in request.text.split():
        yield Item(text=word)


def join(requests, context):
    return Item(text=" ".join(request.text for request in requests))


def chat(requests, context):
    for request in requests:
        yield Item(text=request.text.upper())


def handler(make, function):
    return make(function, request_deserializer=Item.FromString, response_serializer=Item.SerializeToString)


server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
methods = {
    "Get": handler(grpc.unary_unary_rpc_method_handler, get),
    "Split": handler(grpc.unary_stream_rpc_method_handler, split),
    "Join": handler(grpc.stream_unary_rpc_method_handler, join),
    "Chat": handler(grpc.stream_stream_rpc_method_handler, chat),
}
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("demo.v1.Demo", methods),))
reflection.enable_server_reflection(("demo.v1.Demo", reflection.SERVICE_NAME), server)
if len(sys.argv) > 1:
    certificate, key = (open(path, "rb").read() for path in sys.argv[1:3])
    credentials = grpc.ssl_server_credentials(((key, certificate),))
    port = server.add_secure_port("127.0.0.1:0", credentials)
else:
    port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(f"port {port}", flush=True)
sys.stdin.read()
server.stop(None)
