// Remembers how good the model of each round was.

const read = (body) => (typeof body === "string" ? JSON.parse(body) : (body ?? {}));
const rounds = new Map();

/** POST /record { round, error } */
export const record = async (body) => {
  const { round, error } = read(body);
  if (!Number.isInteger(round) || !Number.isFinite(error)) {
    throw new Error("expected { round: integer, error: number }");
  }
  rounds.set(round, error);
  return { rounds: rounds.size };
};

/** GET /list: all rounds, first to last. */
export const list = async () => ({
  rounds: [...rounds].sort(([a], [b]) => a - b).map(([round, error]) => ({ round, error })),
});
