// The exit codes, for the commands and their help. Only process.ts sets one.

export const EXIT = {
  ok: 0,
  findings: 1,
  usage: 2,
  /** As a shell reports a program that Ctrl-C ended. */
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP = `
Exit codes:
  0    read to the end; a broken pipe (| head) counts as such
  1    check, proxy: findings at or above --fail-on
  2    wrong use, or an input that cannot be read (other inputs are still read)
  130  dissect, check: ended by Ctrl-C, after what was read so far has been printed`;
