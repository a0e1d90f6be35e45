// Calls one method of a service of which nothing is known but its .proto:
//
//   node client.mjs [OPTION]... ADDRESS PROTO PACKAGE.SERVICE METHOD JSON
//
// Prints each response as one line of JSON and exits with 0, or prints the
// status as `CODE message` and exits with 1. A client-streaming method takes a
// JSON array of requests. Wrong use exits with 2.
//
//   --include DIR          where imports of the .proto are looked up; repeatable
//   --metadata NAME=VALUE  sent with the request; repeatable
//   --authority HOST       the `:authority` of the request
//   --deadline MS          the caller's deadline
//   --headers, --trailers  print `header NAME: VALUE` or `trailer NAME: VALUE` lines

import { parseArgs } from "node:util";

import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const USAGE = "usage: node client.mjs [OPTION]... ADDRESS PROTO PACKAGE.SERVICE METHOD JSON";

class UsageError extends Error {}

/** The arguments, or a UsageError. */
function readArguments() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        include: { type: "string", multiple: true, default: [] },
        metadata: { type: "string", multiple: true, default: [] },
        authority: { type: "string" },
        deadline: { type: "string" },
        headers: { type: "boolean", default: false },
        trailers: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error.message}\n${USAGE}`);
  }
  if (parsed.positionals.length !== 5) {
    throw new UsageError(USAGE);
  }
  const [address, proto, service, method, json] = parsed.positionals;
  return { address, proto, service, method, request: JSON.parse(json), ...parsed.values };
}

/** The constructor of the service's client. */
function loadService(proto, include, name) {
  const definition = loader.loadSync(proto, {
    includeDirs: include,
    keepCase: false,
    longs: String,
    enums: String,
    bytes: String,
    defaults: true,
  });
  const Service = name
    .split(".")
    .reduce((scope, part) => scope?.[part], grpc.loadPackageDefinition(definition));
  if (typeof Service !== "function" || !Service.service) {
    throw new UsageError(`\`${proto}\` has no service \`${name}\``);
  }
  return Service;
}

/** gRPC metadata from `NAME=VALUE` texts. */
function readMetadata(entries) {
  const metadata = new grpc.Metadata();
  for (const entry of entries) {
    const at = entry.indexOf("=");
    if (at < 1) {
      throw new UsageError(`expected NAME=VALUE, found \`${entry}\``);
    }
    const [name, value] = [entry.slice(0, at), entry.slice(at + 1)];
    metadata.add(name, name.endsWith("-bin") ? Buffer.from(value, "base64") : value);
  }
  return metadata;
}

function printMetadata(kind, metadata) {
  for (const name of Object.keys(metadata.getMap()).sort()) {
    for (const value of metadata.get(name)) {
      console.log(`${kind} ${name}: ${Buffer.isBuffer(value) ? value.toString("base64") : value}`);
    }
  }
}

/** Starts the call, whatever streams, and prints what comes back. */
function call(client, method, options) {
  const metadata = readMetadata(options.metadata);
  const settings = options.deadline ? { deadline: Date.now() + Number(options.deadline) } : {};
  const { requestStream, responseStream } = method;
  const requests = requestStream ? [options.request].flat() : [];
  const head = requestStream ? [metadata, settings] : [options.request, metadata, settings];

  return new Promise((resolve, reject) => {
    const lines = [];
    const print = (response) => lines.push(JSON.stringify(response));
    const answered = (error, response) => (error ? reject(error) : print(response));
    const invoke = client[method.originalName].bind(client);
    const running = responseStream ? invoke(...head) : invoke(...head, answered);

    if (options.headers) {
      running.on("metadata", (headers) => printMetadata("header", headers));
    }
    if (responseStream) {
      running.on("data", print);
      running.on("error", reject);
    }
    running.on("status", (status) => {
      // The callback or `error` of the same call runs in this turn or the next.
      setImmediate(() => {
        lines.forEach((line) => console.log(line));
        if (options.trailers) {
          printMetadata("trailer", status.metadata);
        }
        resolve();
      });
    });
    for (const request of requests) {
      running.write(request);
    }
    if (requestStream) {
      running.end();
    }
  });
}

async function main() {
  const options = readArguments();
  const Service = loadService(options.proto, options.include, options.service);
  const method = Service.service[options.method];
  if (!method) {
    throw new UsageError(`\`${options.service}\` has no method \`${options.method}\``);
  }
  const channel = options.authority ? { "grpc.default_authority": options.authority } : {};
  const client = new Service(options.address, grpc.credentials.createInsecure(), channel);
  try {
    await call(client, method, options);
  } finally {
    client.close();
  }
}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError || error instanceof SyntaxError) {
    console.error(error.message);
    process.exitCode = 2;
  } else if (error.code in grpc.status) {
    console.log(`${grpc.status[error.code]} ${error.details}`);
    process.exitCode = 1;
  } else {
    console.error(error);
    process.exitCode = 3;
  }
}
