// Calls `grpc.testing.TestService` over every protocol of Connect's own clients:
//
//   ADDRESS=127.0.0.1:8080 DESCRIPTORS=set.binpb node --test calls.test.mjs
//
// DESCRIPTORS is an encoded google.protobuf.FileDescriptorSet, as `buf build` writes it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, encodeBinaryHeader } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";

const baseUrl = `http://${process.env.ADDRESS}`;
const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, readFileSync(process.env.DESCRIPTORS)),
);
const service = registry.getService("grpc.testing.TestService");

/** Every way to speak: name, transport, whether both sides can speak at once. */
const ways = [];
for (const httpVersion of ["1.1", "2"]) {
  const both = httpVersion === "2";
  for (const useBinaryFormat of [false, true]) {
    const format = useBinaryFormat ? "Protobuf" : "JSON";
    ways.push([
      `Connect, ${format}, HTTP/${httpVersion}`,
      createConnectTransport({ baseUrl, httpVersion, useBinaryFormat }),
      both,
    ]);
  }
  ways.push([
    `Connect with GET, HTTP/${httpVersion}`,
    createConnectTransport({ baseUrl, httpVersion, useHttpGet: true }),
    both,
  ]);
  ways.push([
    `gRPC-Web, HTTP/${httpVersion}`,
    createGrpcWebTransport({ baseUrl, httpVersion }),
    both,
  ]);
}
ways.push(["gRPC", createGrpcTransport({ baseUrl, httpVersion: "2" }), true]);

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("the call went well");
}

async function collect(stream) {
  const all = [];
  for await (const message of stream) {
    all.push(message.payload?.body.length ?? 0);
  }
  return all;
}

async function* each(items) {
  yield* items;
}

const payload = (size) => ({ payload: { body: new Uint8Array(size) } });
const sizes = (...all) => ({ responseParameters: all.map((size) => ({ size })) });

for (const [name, transport, both] of ways) {
  const client = createClient(service, transport);

  test(`${name}: unary, with metadata both ways`, async () => {
    let headers;
    let trailers;
    const response = await client.unaryCall(
      { responseSize: 100_000, ...payload(50_000) },
      {
        headers: {
          "x-grpc-test-echo-initial": "blue",
          "x-grpc-test-echo-trailing-bin": encodeBinaryHeader(new Uint8Array([0xab, 0xab])),
        },
        onHeader: (found) => (headers = found),
        onTrailer: (found) => (trailers = found),
      },
    );
    assert.equal(response.payload.body.length, 100_000);
    assert.equal(headers.get("x-grpc-test-echo-initial"), "blue");
    assert.equal(trailers.get("x-grpc-test-echo-trailing-bin").replace(/=+$/, ""), "q6s");
  });

  test(`${name}: without side effects`, async () => {
    const response = await client.cacheableUnaryCall({});
    assert.ok(response.payload.body.length > 0);
  });

  test(`${name}: an error`, async () => {
    const error = await failure(
      client.unaryCall({ responseStatus: { code: 5, message: "no such thing: 100 % Käse" } }),
    );
    assert.equal(error.code, Code.NotFound);
    assert.equal(error.rawMessage, "no such thing: 100 % Käse");
  });

  test(`${name}: a method that is not implemented`, async () => {
    const error = await failure(client.unimplementedCall({}));
    assert.equal(error.code, Code.Unimplemented);
  });

  test(`${name}: a server stream`, async () => {
    const found = await collect(client.streamingOutputCall(sizes(31_415, 9, 2_653, 58_979)));
    assert.deepEqual(found, [31_415, 9, 2_653, 58_979]);
  });

  test(`${name}: a server stream that fails behind its messages`, async () => {
    let count = 0;
    const calls = both
      ? client.fullDuplexCall(
          each([sizes(5), { responseStatus: { code: 10, message: "enough" } }]),
        )
      : client.streamingOutputCall({ responseStatus: { code: 10, message: "enough" } });
    const error = await failure(
      (async () => {
        for await (const _ of calls) {
          count += 1;
        }
      })(),
    );
    assert.equal(error.code, Code.Aborted);
    assert.equal(count, both ? 1 : 0);
  });

  test(`${name}: a client stream`, async () => {
    const response = await client.streamingInputCall(
      each([payload(27_182), payload(8), payload(1_828), payload(45_904)]),
    );
    assert.equal(response.aggregatedPayloadSize, 74_922);
  });

  test(`${name}: both sides at once`, { skip: !both }, async () => {
    // Each request is sent when the answer to the one before it has come.
    let answered;
    async function* requests() {
      for (let turn = 1; turn <= 20; turn += 1) {
        const next = new Promise((resolve) => (answered = resolve));
        yield sizes(turn);
        await next;
      }
    }
    const found = [];
    for await (const message of client.fullDuplexCall(requests())) {
      found.push(message.payload.body.length);
      answered();
    }
    assert.deepEqual(found, Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test(`${name}: the caller's deadline`, async () => {
    const patient = { responseParameters: [{ size: 1, intervalUs: 20_000_000 }] };
    const error = await failure(
      collect(client.streamingOutputCall(patient, { timeoutMs: 100 })),
    );
    assert.equal(error.code, Code.DeadlineExceeded);
  });
}

test("a GET is what the client sends for a method without side effects", async () => {
  const url = `${baseUrl}/grpc.testing.TestService/CacheableUnaryCall`;
  const response = await fetch(`${url}?connect=v1&encoding=json&message=%7B%7D`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("cache-control"), "max-age=60, public");
  const refused = await fetch(
    `${baseUrl}/grpc.testing.TestService/EmptyCall?connect=v1&encoding=json&message=%7B%7D`,
  );
  assert.equal(refused.status, 405);
});
