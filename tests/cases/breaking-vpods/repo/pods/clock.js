export function now() {}
