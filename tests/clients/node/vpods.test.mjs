// The virtual pods of examples/repo/vpods learn, as `node --test` can see: the
// pods' own sources run here, with `fetch` between them instead of a gateway.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const VPODS = new URL("../../../examples/repo/vpods/", import.meta.url);

/** Runs a classic script as `JSModule` does, and returns what it left on `client`. */
function launchScript(path, fetch) {
  const scope = vm.createContext({ fetch, process: { env: { EPOCHS: "200" } } });
  vm.runInContext(readFileSync(new URL(path, VPODS), "utf8"), scope);
  return scope.client;
}

async function launchModule(path) {
  return import(new URL(path, VPODS));
}

test("federated clients approach the model that the held-out samples follow", async () => {
  const pods = {};
  const main = {
    heldOut: () => JSON.parse(readFileSync(new URL("resources/evaluator/held-out.json", VPODS))),
  };
  const fetch = async (address, options = {}) => {
    const url = new URL(address);
    const name = url.pathname.split("/")[1];
    if (url.host === "kleint-gateway") {
      return Response.json({ sessions: ["a", "b"] });
    }
    const pod = url.protocol === "vpod:" ? main : pods[url.host];
    return Response.json(await pod[name](options.body, Object.fromEntries(url.searchParams), {}));
  };
  globalThis.fetch = fetch;
  pods.aggregator = await launchModule("aggregator/aggregator.js");
  pods.board = await launchModule("evaluator/board.js");
  pods.evaluator = launchScript("evaluator/evaluator.js", fetch);

  // Each client sees another half of the plane y = 2a - b + 0.5.
  const clients = [0, 1].map((half) => {
    const client = launchScript("client/client.js", fetch);
    const samples = Array.from({ length: 20 }, (_, i) => {
      const [a, b] = [half / 2 + (i % 5) / 10, ((i * 7) % 20) / 20];
      return { x: [a, b], y: 2 * a - b + 0.5 };
    });
    client.addSamples({ samples });
    return client;
  });
  for (let round = 0; round < 20; round++) {
    const [first, second] = [await clients[0].train(), await clients[1].train()];
    assert.equal(first.waiting, 1);
    assert.equal(second.round, round + 2);
  }

  const { rounds } = await pods.board.list();
  assert.equal(rounds.length, 20);
  assert.ok(rounds.at(-1).error < rounds[0].error / 10, JSON.stringify(rounds));
  assert.ok(rounds.at(-1).error < 1e-3, JSON.stringify(rounds));

  const late = await pods.aggregator.aggregate({ round: 1, samples: 1, weights: [0, 0], bias: 0 });
  assert.deepEqual(late, { accepted: false, round: 21 });
});
