// Federated averaging (McMahan et al., 2017): the common model of the next round is
// the mean of what clients hand in, weighted by how many samples each has.

const setting = (name, fallback) => globalThis.process?.env?.[name] ?? fallback;
const read = (body) => (typeof body === "string" ? JSON.parse(body) : (body ?? {}));

let common = null;
let updates = [];

const start = (features) => ({ round: 1, weights: new Array(features).fill(0), bias: 0 });

/** The models' mean, weighted by samples. */
const average = (models) => {
  const total = models.reduce((sum, { samples }) => sum + samples, 0);
  const mean = (value) =>
    models.reduce((sum, model) => sum + (value(model) * model.samples) / total, 0);
  return {
    weights: models[0].weights.map((_, i) => mean(({ weights }) => weights[i])),
    bias: mean(({ bias }) => bias),
  };
};

/** How many models a round waits for: one of each live client, if there are enough. */
const quorum = async () => {
  const least = Number(setting("MIN_UPDATES", 2));
  try {
    const answer = await fetch("http://kleint-gateway/getActiveSessions/client");
    return Math.max(least, (await answer.json()).sessions.length);
  } catch {
    // Without the gateway's word, the least is enough.
    return least;
  }
};

/** The evaluator's score of a model; null where no evaluator is connected. */
const evaluate = async (model) => {
  try {
    const answer = await fetch("http://evaluator/evaluate", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(model),
    });
    return answer.ok ? ((await answer.json()).error ?? null) : null;
  } catch {
    return null;
  }
};

const check = ({ weights, bias, samples }) => {
  if (!Array.isArray(weights) || weights.length !== common.weights.length) {
    throw new Error(`expected ${common.weights.length} weights`);
  }
  if (![...weights, bias].every(Number.isFinite) || !(samples > 0)) {
    throw new Error("expected finite weights and bias, and a positive number of samples");
  }
};

/** GET /model?features=N: the common model; N counts for the first call. */
export const model = async (_, params) => {
  const features = Number(params.features);
  if (common === null) {
    if (!Number.isInteger(features) || features < 1) {
      throw new Error("expected the number of `features`");
    }
    common = start(features);
  }
  return common;
};

/** POST /aggregate { round, samples, weights, bias }: one client's model. */
export const aggregate = async (body) => {
  const update = read(body);
  if (common === null || update.round !== common.round) {
    return { accepted: false, round: common?.round ?? 0 };
  }
  check(update);
  updates.push(update);

  const needed = await quorum();
  // While the gateway was asked, another client may have closed the round.
  if (update.round === common.round && updates.length >= needed) {
    common = { round: common.round + 1, ...average(updates) };
    updates = [];
    return { accepted: true, round: common.round, error: await evaluate(common) };
  }
  return { accepted: true, round: common.round, waiting: needed - updates.length };
};
