// Trains a linear model on this visitor's own samples. A classic script, as the
// launcher `JSModule` expects: its functions are on the global `client`.
globalThis.client = (() => {
  const setting = (name, fallback) => globalThis.process?.env?.[name] ?? fallback;
  const read = (body) => (typeof body === "string" ? JSON.parse(body) : (body ?? {}));

  /** Samples `{ x: [number], y: number }`; they stay here. */
  const samples = [];

  const predict = ({ weights, bias }, x) =>
    weights.reduce((sum, weight, i) => sum + weight * x[i], bias);

  /** The mean squared error. */
  const loss = (model) =>
    samples.reduce((sum, { x, y }) => sum + (predict(model, x) - y) ** 2, 0) / samples.length;

  /** One step of gradient descent over all samples. */
  const step = (model, rate) => {
    const gradient = model.weights.map(() => 0);
    let shift = 0;
    for (const { x, y } of samples) {
      const error = (2 * (predict(model, x) - y)) / samples.length;
      x.forEach((value, i) => (gradient[i] += error * value));
      shift += error;
    }
    return {
      weights: model.weights.map((weight, i) => weight - rate * gradient[i]),
      bias: model.bias - rate * shift,
    };
  };

  const check = ({ x, y }) => {
    if (!Array.isArray(x) || !x.every(Number.isFinite) || !Number.isFinite(y)) {
      throw new Error("expected samples { x: [number], y: number }");
    }
    if (samples.length > 0 && samples[0].x.length !== x.length) {
      throw new Error(`expected ${samples[0].x.length} values in x, found ${x.length}`);
    }
  };

  return {
    /** POST /addSamples { samples: [{ x, y }] } */
    addSamples: async (body) => {
      for (const sample of read(body).samples) {
        check(sample);
        samples.push(sample);
      }
      return { samples: samples.length };
    },

    /** POST /train: takes the common model, improves it, and hands it in. */
    train: async () => {
      if (samples.length === 0) {
        throw new Error("there are no samples to train on");
      }
      const url = setting("MODEL_URL", "http://aggregator/model");
      const common = await (await fetch(`${url}?features=${samples[0].x.length}`)).json();

      let model = { weights: common.weights, bias: common.bias };
      for (let epoch = 0; epoch < Number(setting("EPOCHS", 20)); epoch++) {
        model = step(model, Number(setting("LEARNING_RATE", 0.1)));
      }

      const answer = await fetch(setting("AGGREGATOR_URL", "http://aggregator/aggregate"), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ round: common.round, samples: samples.length, ...model }),
      });
      return { loss: loss(model), ...(await answer.json()) };
    },
  };
})();
