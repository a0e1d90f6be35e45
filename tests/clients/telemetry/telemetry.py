"""Reads telemetry from standard input by the libraries of OpenTelemetry and Prometheus.

`traces`, `metrics` and `logs` are requests of OTLP, `prometheus` and `openmetrics` are
texts of `/metrics`. What is printed is what the library found.
"""

import sys

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus


def service(resource):
    found = {pair.key: pair.value.string_value for pair in resource.attributes}
    return f"{found['service.name']}@{found['service.version']}"


def decoded(message, content):
    message.ParseFromString(content)
    return message


def traces(content):
    for of in decoded(trace_service_pb2.ExportTraceServiceRequest(), content).resource_spans:
        for scope in of.scope_spans:
            for span in scope.spans:
                yield f"{service(of.resource)} {scope.scope.name} {span.name} kind {span.kind}"


def metrics(content):
    for of in decoded(metrics_service_pb2.ExportMetricsServiceRequest(), content).resource_metrics:
        for scope in of.scope_metrics:
            for metric in scope.metrics:
                data = metric.WhichOneof("data")
                points = len(getattr(metric, data).data_points)
                yield f"{service(of.resource)} {metric.name} {data} {metric.unit} {points}"


def logs(content):
    for of in decoded(logs_service_pb2.ExportLogsServiceRequest(), content).resource_logs:
        for scope in of.scope_logs:
            for record in scope.log_records:
                body = record.body.string_value
                yield f"{service(of.resource)} {record.severity_text} {body}"


def families(parse, content):
    for family in parse(content.decode()):
        # Of the process, there is what the system tells.
        if family.name.startswith("vimana_"):
            yield f"{family.name} {family.type} {len(family.samples)}"


kind = sys.argv[1]
content = sys.stdin.buffer.read()
if kind in ("prometheus", "openmetrics"):
    lines = families(globals()[kind], content)
else:
    lines = globals()[kind](content)
print("\n".join(lines))
