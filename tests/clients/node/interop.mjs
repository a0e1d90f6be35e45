// The client's side of gRPC's interop tests, over grpc-js, and over node:http2 where
// the flags of messages must be seen:
//
//   node interop.mjs ADDRESS INCLUDE,INCLUDE... [CASE]...
//
// The folders are where grpc/testing/test.proto and its imports lie. Prints `CASE ok`
// or `CASE failed: WHY` for each case and exits with 1 when one has failed.
//
// The cases are those of https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md.

import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { gunzipSync, gzipSync } from "node:zlib";

import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const [address, include, ...names] = process.argv.slice(2);
const definition = loader.loadSync("grpc/testing/test.proto", {
  includeDirs: include.split(","),
  longs: Number,
  defaults: true,
});
const { TestService, UnimplementedService } = grpc.loadPackageDefinition(definition).grpc.testing;

const { INVALID_ARGUMENT, UNIMPLEMENTED, UNKNOWN, CANCELLED, DEADLINE_EXCEEDED, OK } = grpc.status;
const LARGE_REQUEST = 271828;
const LARGE_RESPONSE = 314159;
// Long enough for a server that is built without optimization and shares its machine.
const deadline = () => ({ deadline: Date.now() + 300_000 });
const connect = (Service = TestService) =>
  new Service(address, grpc.credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
const client = connect();

const payload = (size) => ({ body: Buffer.alloc(size) });
const large = (fields = {}) => ({
  responseSize: LARGE_RESPONSE,
  payload: payload(LARGE_REQUEST),
  ...fields,
});
const output = (size, sent) => ({ responseParameters: [{ size }], payload: payload(sent) });

function assertZeros(message, size) {
  assert.equal(message.payload.body.length, size);
  assert.ok(message.payload.body.every((byte) => byte === 0));
}

/** A unary call: its response, headers and status. An error has the status' fields. */
function unary(method, request, { metadata = new grpc.Metadata(), stub = client } = {}) {
  return new Promise((resolve, reject) => {
    const seen = {};
    const call = stub[method](request, metadata, deadline(), (error, response) => {
      seen.response = response;
      if (error) {
        reject(error);
      }
    });
    call.on("metadata", (headers) => (seen.headers = headers));
    call.on("status", (status) => setImmediate(() => resolve({ ...seen, status })));
  });
}

/** The responses of a stream and the status at its end, which is no error here. */
async function drain(call, responses = []) {
  call.on("data", (response) => responses.push(response));
  call.on("error", () => {});
  // Not `once`, which an error would end.
  const status = await new Promise((resolve) => call.on("status", resolve));
  return { responses, status };
}

/** The next response of a stream. */
async function next(call) {
  const [response] = await once(call, "data");
  return response;
}

async function fails(promise, code, message) {
  const error = await promise.then(() => assert.fail("the call went well"), (error) => error);
  assert.equal(error.code, code, error.message);
  if (message !== undefined) {
    assert.equal(error.details, message);
  }
}

/** One call over bare HTTP/2: each message of the response with its flag. */
async function flagged(method, request, compressed) {
  const { path, requestSerialize, responseDeserialize } = TestService.service[method];
  const session = http2.connect(`http://${address}`);
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    "grpc-timeout": "60S",
    "grpc-encoding": "gzip",
    "grpc-accept-encoding": "identity,gzip",
  });
  const content = compressed ? gzipSync(requestSerialize(request)) : requestSerialize(request);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(compressed ? 1 : 0);
  prefix.writeUInt32BE(content.length, 1);
  const pieces = [];
  const ended = {};
  stream.on("response", (headers) => (ended.headers = headers));
  stream.on("trailers", (trailers) => (ended.trailers = trailers));
  stream.on("data", (piece) => pieces.push(piece));
  stream.end(Buffer.concat([prefix, content]));
  await once(stream, "close");
  session.close();
  const status = (ended.trailers ?? ended.headers)["grpc-status"];
  const messages = [];
  let bytes = Buffer.concat(pieces);
  while (bytes.length > 0) {
    const end = 5 + bytes.readUInt32BE(1);
    const content = bytes.subarray(5, end);
    const isCompressed = bytes[0] === 1;
    const message = responseDeserialize(isCompressed ? gunzipSync(content) : content);
    messages.push({ isCompressed, message, size: content.length });
    bytes = bytes.subarray(end);
  }
  return { status: Number(status), messages };
}

const cases = {
  async empty_unary() {
    assert.deepEqual((await unary("EmptyCall", {})).response, {});
  },

  async large_unary() {
    assertZeros((await unary("UnaryCall", large())).response, LARGE_RESPONSE);
  },

  async client_compressed_unary() {
    const request = large({ expectCompressed: { value: true } });
    const probe = await flagged("UnaryCall", request, false);
    assert.equal(probe.status, INVALID_ARGUMENT);
    const compressed = await flagged("UnaryCall", request, true);
    assertZeros(compressed.messages[0].message, LARGE_RESPONSE);
    const plain = await flagged("UnaryCall", large({ expectCompressed: { value: false } }), false);
    assertZeros(plain.messages[0].message, LARGE_RESPONSE);
  },

  async server_compressed_unary() {
    for (const value of [true, false]) {
      const request = large({ responseCompressed: { value } });
      const { status, messages } = await flagged("UnaryCall", request, false);
      assert.equal(status, OK);
      assert.equal(messages.length, 1);
      assert.equal(messages[0].isCompressed, value);
      assertZeros(messages[0].message, LARGE_RESPONSE);
    }
  },

  async client_streaming() {
    const answer = new Promise((resolve, reject) => {
      const call = client.StreamingInputCall(deadline(), (error, response) =>
        error ? reject(error) : resolve(response),
      );
      for (const size of [27182, 8, 1828, 45904]) {
        call.write({ payload: payload(size) });
      }
      call.end();
    });
    assert.equal((await answer).aggregatedPayloadSize, 74922);
  },

  async server_streaming() {
    const sizes = [31415, 9, 2653, 58979];
    const request = { responseParameters: sizes.map((size) => ({ size })) };
    const { responses, status } = await drain(client.StreamingOutputCall(request, deadline()));
    assert.equal(status.code, OK);
    assert.equal(responses.length, sizes.length);
    responses.forEach((response, place) => assertZeros(response, sizes[place]));
  },

  async server_compressed_streaming() {
    const request = {
      responseParameters: [
        { size: 31415, compressed: { value: true } },
        { size: 92653, compressed: { value: false } },
      ],
    };
    const { status, messages } = await flagged("StreamingOutputCall", request, false);
    assert.equal(status, OK);
    assert.deepEqual(messages.map((message) => message.isCompressed), [true, false]);
    assertZeros(messages[0].message, 31415);
    assertZeros(messages[1].message, 92653);
  },

  async ping_pong() {
    const call = client.FullDuplexCall(deadline());
    for (const [size, sent] of [[31415, 27182], [9, 8], [2653, 1828], [58979, 45904]]) {
      call.write(output(size, sent));
      assertZeros(await next(call), size);
    }
    call.end();
    const { responses, status } = await drain(call);
    assert.equal(responses.length, 0);
    assert.equal(status.code, OK);
  },

  async empty_stream() {
    const call = client.FullDuplexCall(deadline());
    call.end();
    const { responses, status } = await drain(call);
    assert.equal(responses.length, 0);
    assert.equal(status.code, OK);
  },

  async half_duplex() {
    const call = client.HalfDuplexCall(deadline());
    call.write(output(31415, 27182));
    call.write(output(9, 8));
    call.end();
    const { responses } = await drain(call);
    assert.deepEqual(responses.map((response) => response.payload.body.length), [31415, 9]);
  },

  async custom_metadata() {
    const metadata = new grpc.Metadata();
    const trailing = Buffer.from([0x0a, 0x0b, 0x0a, 0x0b, 0x0a, 0x0b]);
    metadata.set("x-grpc-test-echo-initial", "test_initial_metadata_value");
    metadata.set("x-grpc-test-echo-trailing-bin", trailing);
    const initialOf = (headers) => headers.get("x-grpc-test-echo-initial");
    const trailingOf = (status) => status.metadata.get("x-grpc-test-echo-trailing-bin");

    const { headers, status } = await unary("UnaryCall", large(), { metadata });
    assert.deepEqual(initialOf(headers), ["test_initial_metadata_value"]);
    assert.deepEqual(trailingOf(status), [trailing]);

    const call = client.FullDuplexCall(metadata, deadline());
    // The request stream is still open and empty: headers do not wait for messages.
    const [early] = await once(call, "metadata");
    assert.deepEqual(initialOf(early), ["test_initial_metadata_value"]);
    call.write(output(LARGE_RESPONSE, LARGE_REQUEST));
    assertZeros(await next(call), LARGE_RESPONSE);
    call.end();
    assert.deepEqual(trailingOf((await drain(call)).status), [trailing]);
  },

  async status_code_and_message() {
    const responseStatus = { code: UNKNOWN, message: "test status message" };
    await fails(unary("UnaryCall", { responseStatus }), UNKNOWN, responseStatus.message);
    const call = client.FullDuplexCall(deadline());
    call.write({ responseStatus });
    const { status } = await drain(call);
    assert.equal(status.code, UNKNOWN);
    assert.equal(status.details, responseStatus.message);
  },

  async special_status_message() {
    const message = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n";
    await fails(unary("UnaryCall", { responseStatus: { code: UNKNOWN, message } }), UNKNOWN, message);
  },

  async unimplemented_method() {
    await fails(unary("UnimplementedCall", {}), UNIMPLEMENTED);
  },

  async unimplemented_service() {
    const stub = connect(UnimplementedService);
    await fails(unary("UnimplementedCall", {}, { stub }), UNIMPLEMENTED);
    stub.close();
  },

  async cancel_after_begin() {
    const answer = new Promise((resolve, reject) => {
      const call = client.StreamingInputCall(deadline(), (error, response) =>
        error ? reject(error) : resolve(response),
      );
      call.cancel();
    });
    await fails(answer, CANCELLED);
  },

  async cancel_after_first_response() {
    const call = client.FullDuplexCall(deadline());
    call.write(output(31415, 27182));
    assertZeros(await next(call), 31415);
    call.cancel();
    assert.equal((await drain(call)).status.code, CANCELLED);
  },

  async timeout_on_sleeping_server() {
    const call = client.FullDuplexCall({ deadline: Date.now() + 1 });
    call.write(output(31415, 27182));
    assert.equal((await drain(call)).status.code, DEADLINE_EXCEEDED);
  },

  async rpc_soak() {
    for (let round = 0; round < 10; round++) {
      assertZeros((await unary("UnaryCall", large())).response, LARGE_RESPONSE);
    }
  },

  async channel_soak() {
    for (let round = 0; round < 10; round++) {
      const stub = connect();
      assertZeros((await unary("UnaryCall", large(), { stub })).response, LARGE_RESPONSE);
      stub.close();
    }
  },

  async concurrent_large_unary() {
    const calls = Array.from({ length: 100 }, () => unary("UnaryCall", large()));
    for (const { response } of await Promise.all(calls)) {
      assertZeros(response, LARGE_RESPONSE);
    }
  },
};

for (const [name, run] of Object.entries(cases)) {
  if (names.length > 0 && !names.includes(name)) {
    continue;
  }
  try {
    await run();
    console.log(`${name} ok`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`${name} failed: ${String(error.message).replace(/\s+/g, " ")}`);
  }
}
client.close();
process.exit();
