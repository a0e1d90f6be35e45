// Measures a model on samples that no client has seen. A classic script, as the
// launcher `JSModule` expects: its functions are on the global `client`.
globalThis.client = (() => {
  const read = (body) => (typeof body === "string" ? JSON.parse(body) : (body ?? {}));
  let samples = null;

  /** The page has loaded `held-out.json` from the pod's resources; it is asked once. */
  const heldOut = async () => {
    if (samples === null) {
      const answer = await fetch("vpod://main/heldOut", { method: "POST", body: "{}" });
      samples = (await answer.json()).samples;
    }
    return samples;
  };

  return {
    /** POST /evaluate { round, weights, bias } -> { error }: the mean squared error. */
    evaluate: async (body) => {
      const { round, weights, bias } = read(body);
      const all = await heldOut();
      const squares = all.map(({ x, y }) => {
        const predicted = weights.reduce((sum, weight, i) => sum + weight * x[i], bias);
        return (predicted - y) ** 2;
      });
      const error = squares.reduce((sum, square) => sum + square, 0) / squares.length;

      await fetch("http://board/record", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ round, error }),
      });
      return { round, error };
    },
  };
})();
