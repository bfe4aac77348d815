// Values from the network in messages.

/** In double quotes, control characters spelled as in the terminal: "\x1b". */
export function quoted(text: string): string {
  const spelled = /\\(?:u00([0-9a-f]{2})|.)/g;
  return JSON.stringify(text).replace(spelled, (all, byte) => (byte === undefined ? all : `\\x${byte}`));
}
