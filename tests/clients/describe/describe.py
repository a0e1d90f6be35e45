"""What a node says of itself to gRPC's own clients of reflection and health.

    python3 describe.py ADDRESS AUTHORITY SERVICE

Prints the services, what is asked for and answered by each method of SERVICE, its
health and that of a service that is not there.
"""

import sys

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

address, authority, service = sys.argv[1:]
channel = grpc.insecure_channel(address, options=[("grpc.default_authority", authority)])

database = ProtoReflectionDescriptorDatabase(channel)
print("services", *sorted(database.get_services()))
pool = DescriptorPool(database)
for method in pool.FindServiceByName(service).methods:
    print(method.name, method.input_type.full_name, method.output_type.full_name)
options = pool.FindMessageTypeByName("google.protobuf.ServiceOptions")
for extension in pool.FindAllExtensions(options):
    print("extension", extension.full_name, extension.number, extension.file.name)

health = health_pb2_grpc.HealthStub(channel)
Status = health_pb2.HealthCheckResponse.ServingStatus
for name in ["", service]:
    answer = health.Check(health_pb2.HealthCheckRequest(service=name))
    print("health", repr(name), Status.Name(answer.status))
try:
    health.Check(health_pb2.HealthCheckRequest(service="no.Such"))
except grpc.RpcError as error:
    print("health 'no.Such'", error.code().name)
watch = health.Watch(health_pb2.HealthCheckRequest(service="no.Such"))
print("watch 'no.Such'", Status.Name(next(watch).status))
watch.cancel()
listed = health.List(health_pb2.HealthListRequest())
print("list", Status.Name(listed.statuses[service].status))
